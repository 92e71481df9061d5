/** That onnxruntime sends nothing and keeps no files, which it does by itself. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";

const PROJECT = new URL("../../", import.meta.url);
const SCRIPT = fileURLToPath(new URL("telemetry_script.ts", import.meta.url));

/** Left to itself, the runtime asks for its host 9 s after it was loaded. */
const WAIT_MS = 12_000;

/** The only file that may import the package. */
const RUNTIME = "lib/engine/onnx/runtime.ts";

/** What a process did besides printing. */
interface Traces {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files it left in its home, its cache and its temporary folder. */
  readonly files: readonly string[];
  /** Calls that open a socket to the internet; empty where none are watched. */
  readonly sockets: readonly string[];
}

/** Files below a folder, however deep. */
function filesBelow(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

/** Where Deno keeps packages: a process with another home must find them. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    cwd: fileURLToPath(PROJECT),
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Runs the script in a process whose home, cache and temporary folder are new. */
async function trainElsewhere(
  args: readonly string[],
  { flags = [], watch = false }: {
    readonly flags?: readonly string[];
    readonly watch?: boolean;
  } = {},
): Promise<Traces> {
  const folder = await Deno.makeTempDir();
  try {
    const places = ["home", "cache", "tmp"].map((name) => `${folder}/${name}`);
    for (const place of places) await Deno.mkdir(place);
    const [home, cache, temporary] = places as [string, string, string];
    const trace = `${folder}/trace`;
    const command = [
      ...watch ? ["strace", "-f", "-e", "trace=socket", "-o", trace] : [],
      Deno.execPath(),
      ...["run", "--quiet", "--no-check", "--allow-all", ...flags, SCRIPT],
      ...args,
    ];
    const { code, stdout, stderr } = await new Deno.Command(command[0]!, {
      args: command.slice(1),
      // Another test of this process may have switched telemetry off in its
      // environment, which must not be handed on.
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: home,
        XDG_CACHE_HOME: cache,
        TMPDIR: temporary,
        DENO_DIR: await denoFolder(),
        // Deno asks its own host for a newer version otherwise.
        DENO_NO_UPDATE_CHECK: "1",
      },
    }).output();
    const text = new TextDecoder();
    return {
      code,
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
      files: places.flatMap(filesBelow),
      sockets: watch
        ? (await Deno.readTextFile(trace)).split("\n")
          .filter((line) => /socket\(AF_INET6?,/.test(line))
        : [],
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Why system calls cannot be watched here; undefined where they can. */
async function watchingObstacle(): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("strace", {
      args: ["-f", "-e", "trace=socket", "true"],
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no strace";
    throw error;
  }
}

const obstacle = await watchingObstacle();
const watch = obstacle === undefined;

await whereAvailable("onnx-cpu", "sending nothing", () => {
  for (const [place, where] of [["here", "here"], ["worker", "in a worker"]]) {
    const deed = watch ? "leaves no file and asks no host" : "leaves no file";
    Deno.test(`onnx-cpu ${deed} when it trains ${where}`, async () => {
      const { code, stdout, stderr, files, sockets } = await trainElsewhere(
        [place!, String(watch ? WAIT_MS : 0)],
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
      const { code, stderr, files } = await trainElsewhere(["here", "0"], {
        flags,
      });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /EngineUnavailableError: Cannot open the engine "onnx-cpu": onnxruntime-node's telemetry cannot be switched off without permission to set ORT_DISABLE_TELEMETRY; to get it: allow it \(--allow-env=ORT_DISABLE_TELEMETRY\)/,
      );
      assert.deepEqual(files, []);
    }
  });
});

/** Whether a source imports a package, in any way. */
function imports(source: string, name: string): boolean {
  return new RegExp(
    `(["'\`])(?:npm:/?)?${name}(?:@[^"'\`\\s]*)?(?:/[^"'\`\\s]*)?\\1`,
  ).test(source);
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
  assert.equal(imports(`version: "${name} 1.30.0"`, name), false);
});

Deno.test("onnxruntime-web is imported by one file a runtime only, which sets it up", () => {
  assert.deepEqual(
    importersOf(["onnxruntime", "web"].join("-")),
    ["web_runtime.ts", "webgpu_runtime.ts"].map((file) =>
      fileURLToPath(new URL(`lib/engine/onnx/${file}`, PROJECT))
    ),
  );
});
