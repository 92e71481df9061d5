/** That onnxruntime sends nothing and keeps no files, which it does by itself. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  type ElsewhereOptions,
  filesBelow,
  runElsewhere,
  type Traces,
  watchingObstacle,
} from "../_elsewhere.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";

const PROJECT = new URL("../../", import.meta.url);
const SCRIPT = fileURLToPath(new URL("telemetry_script.ts", import.meta.url));

/** Left to itself, the runtime asks for its host 9 s after it was loaded. */
const WAIT_MS = 12_000;

/** The only file that may import the package. */
const RUNTIME = "lib/engine/onnx/runtime.ts";

/** Runs the script in a process whose home, cache and temporary folder are new. */
function trainElsewhere(
  args: readonly string[],
  { flags = [], ...options }: ElsewhereOptions & {
    readonly flags?: readonly string[];
  } = {},
): Promise<Traces> {
  const command = ["run", "--quiet", "--no-check", "--allow-all", ...flags];
  return runElsewhere([...command, SCRIPT, ...args], options);
}

const obstacle = await watchingObstacle();
const watch = obstacle === undefined;

await whereAvailable("onnx-cpu", "sending nothing", () => {
  for (const [place, where] of [["here", "here"], ["worker", "in a worker"]]) {
    const deed = watch ? "leaves no file and asks no host" : "leaves no file";
    Deno.test(`onnx-cpu ${deed} when it trains ${where}`, async () => {
      const { code, stdout, stderr, files, sockets } = await trainElsewhere(
        ["onnx-cpu", place!, String(watch ? WAIT_MS : 0)],
        { watch },
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, await trainingDigest("onnx-cpu", 5));
      assert.deepEqual({ files, sockets }, { files: [], sockets: [] });
    });
  }

  if (!watch) {
    Deno.test({
      name: `onnx-cpu asking no host is skipped, because ${obstacle}`,
      ignore: true,
      fn() {},
    });
  }

  Deno.test("openEngine() says what is missing and loads nothing when telemetry cannot be switched off", async () => {
    // Denied, setting it is an error; ignored, it does nothing, silently.
    for (
      const flags of [
        ["--deny-env=ORT_DISABLE_TELEMETRY"],
        ["--ignore-env=ORT_DISABLE_TELEMETRY"],
      ]
    ) {
      const { code, stderr, files } = await trainElsewhere(
        ["onnx-cpu", "here", "0"],
        { flags },
      );
      assert.equal(code, 1);
      assert.match(
        stderr,
        /EngineUnavailableError: Cannot open the engine "onnx-cpu": onnxruntime-node's telemetry cannot be switched off without permission to set ORT_DISABLE_TELEMETRY; to get it: allow it \(--allow-env=ORT_DISABLE_TELEMETRY\)/,
      );
      assert.deepEqual(files, []);
    }
  });
});

/** Whether a source imports a package, in any way: types and paths load nothing. */
function imports(source: string, name: string): boolean {
  const loading = source
    .replaceAll(/^import type [^;]*;$/gm, "")
    .replaceAll(/\bimport\.meta\.resolve\([^)]*\)/g, "");
  return new RegExp(
    `(["'\`])(?:npm:/?)?${name}(?:@[^"'\`\\s]*)?(?:/[^"'\`\\s]*)?\\1`,
  ).test(loading);
}

/** The sources that import a package. */
function importersOf(name: string): readonly string[] {
  return ["lib", "experiments", "bench", "tests"]
    .flatMap((folder) => filesBelow(fileURLToPath(new URL(folder, PROJECT))))
    .filter((path) => path.endsWith(".ts"))
    .filter((path) => imports(Deno.readTextFileSync(path), name));
}

Deno.test("onnxruntime-node is imported by one file only, after telemetry is off", () => {
  const path = fileURLToPath(new URL(RUNTIME, PROJECT));
  const name = ["onnxruntime", "node"].join("-");
  assert.deepEqual(importersOf(name), [path]);
  const names = Deno.readTextFileSync(path)
    .matchAll(/^(?:import|export)\b[^"]*"([^"]+)";$/gm);
  assert.deepEqual(Array.from(names, ([, name]) => name), [
    "./_telemetry.ts",
    name,
  ]);
  // The check sees each way to import it, and no mention of it.
  for (const specifier of [name, `npm:${name}`, `npm:${name}@1.30.0`]) {
    assert.ok(imports(`import * as ort from "${specifier}";`, name));
    assert.ok(imports(`await import('${specifier}')`, name));
  }
  const mentions = [
    `version: "${name} 1.30.0"`,
    `import type * as ort from "${name}";`,
    `const path = import.meta.resolve(\n  "${name}/wasm",\n);`,
  ];
  for (const mention of mentions) assert.equal(imports(mention, name), false);
});

Deno.test("onnxruntime-web is imported by one file a runtime only, which sets it up", () => {
  assert.deepEqual(
    importersOf(["onnxruntime", "web"].join("-")),
    ["web_runtime.ts", "webgpu_runtime.ts"].map((file) =>
      fileURLToPath(new URL(`lib/engine/onnx/${file}`, PROJECT))
    ),
  );
});
