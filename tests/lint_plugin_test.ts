import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import plugin from "../lib/_lint_plugin.ts";

const HERE = "/project/lib/search/search.ts";

/** Rules that fire, in order of their place. */
function fired(source: string, filename = HERE): readonly string[] {
  return Deno.lint.runPlugin(plugin, filename, source).map(({ id }) => id);
}

const HIDDEN = "house/no-hidden-input";

Deno.test("plugin fires when randomness or the clock is read", () => {
  const sources = [
    "Math.random();",
    "const draw = Math.random;",
    'Math["random"]();',
    "globalThis.Math.random();",
    "const { random } = Math;",
    "const { random: draw } = Math;",
    "Date.now();",
    "new Date();",
    "new globalThis.Date();",
    "Date();",
    "performance.now();",
    "crypto.getRandomValues(new Uint8Array(1));",
    "crypto.randomUUID();",
    "Temporal.Now.instant();",
    "process.hrtime();",
    'import { randomUUID } from "node:crypto";',
    'import { randomBytes as bytes } from "node:crypto";',
    'import { performance } from "node:perf_hooks";',
  ];
  for (const source of sources) {
    assert.deepEqual(fired(source), [HIDDEN], source);
  }
});

Deno.test("plugin tells what to use instead when it fires", () => {
  const [diagnostic] = Deno.lint.runPlugin(plugin, HERE, "Math.random();");
  assert.equal(
    diagnostic!.message,
    "Math.random is hidden input: draw from a stream of lib/random",
  );
});

Deno.test("plugin fires when console is used", () => {
  for (const source of ["console.log(1);", "globalThis.console.warn(1);"]) {
    assert.deepEqual(fired(source), ["house/no-console"], source);
  }
});

Deno.test("plugin is quiet when nothing is hidden", () => {
  const sources = [
    "Math.max(1, 2);",
    "random.uniform();",
    "new Date(0);",
    "stream.now();",
    "const { max } = Math;",
    'import { createHash } from "node:crypto";',
    "crypto.subtle;",
    'print("console.log");',
  ];
  for (const source of sources) assert.deepEqual(fired(source), [], source);
});

Deno.test("plugin watches the library and experiments, not lib/cli and tests", () => {
  const source = "Math.random(); console.log(1);";
  const places: readonly (readonly [string, number])[] = [
    ["/project/lib/search/search.ts", 2],
    ["/project/lib/engine/onnx/graph.ts", 2],
    ["/project/experiments/rq1_compression.ts", 2],
    ["/project/experiments/ablations/seed.ts", 2],
    ["/home/lib/project/lib/data/mod.ts", 2],
    ["/project/lib/cli/clock.ts", 0],
    ["/project/tests/search/search_test.ts", 0],
    ["/project/tests/experiments/rq1_test.ts", 0],
    ["/project/bench/training_step.ts", 0],
  ];
  for (const [filename, count] of places) {
    assert.equal(fired(source, filename).length, count, filename);
  }
});

Deno.test("plugin is registered in deno.json", async () => {
  const path = fileURLToPath(import.meta.resolve("../deno.json"));
  const config = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(config.lint.plugins, ["./lib/_lint_plugin.ts"]);
});

Deno.test("plugin fires when a URL is taken for a path", () => {
  const own = 'new URL("./a.ts", import.meta.url).pathname;';
  const servers = "new URL(request.url).pathname;";
  for (
    const [filename, source, count] of [
      ["/project/lib/cli/a.ts", own, 1],
      ["/project/experiments/a.ts", "folder.pathname;", 1],
      ["/project/bench/a.ts", 'folder["pathname"];', 1],
      ["/project/tests/a_test.ts", own, 1],
      ["/project/tests/a_test.ts", servers, 0],
      ["/project/lib/cli/a.ts", "folder.href;", 0],
      ["/elsewhere/a.ts", own, 0],
    ] as const
  ) {
    const ids = fired(source, filename);
    assert.deepEqual(
      ids,
      Array(count).fill("house/no-url-pathname"),
      `${filename}: ${source}`,
    );
  }
});
