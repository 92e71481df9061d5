import assert from "node:assert/strict";
import { engineNames } from "../../lib/engine/mod.ts";
import { PROJECT } from "./_run.ts";

/** Runs the command as a user does. */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "experiments/engines.ts", ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("engines lists every engine with its speed, and how to get the one that is missing", async () => {
  const { code, stdout, stderr } = await run(["--seconds", "0.05"], {
    N2N_ONEDNN_LIBRARY: "/nonexistent/n2n/libdnnl.so.2",
  });
  assert.equal(code, 0, stderr);
  const rows = new Map(
    stdout.split("\n").filter((line) => line.startsWith("| ")).map((line) => {
      const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
      return [cells[0]!, cells.slice(1)];
    }),
  );
  assert.deepEqual(
    [...rows.keys()].filter((name) => !/^-+$/.test(name)),
    ["engine", ...engineNames()],
  );
  const [available, version, , speed] = rows.get("onnx-cpu")!;
  assert.equal(available, "yes");
  assert.match(version!, /^onnxruntime-node \d+\.\d+/);
  assert.match(speed!, /^[1-9][\d,]*$/);
  assert.equal(rows.get("tfjs")![0], "yes");
  assert.deepEqual(rows.get("onnx-wasm")!.slice(0, 3).with(1, ""), [
    "yes",
    "",
    "wasm simd128",
  ]);
  assert.deepEqual(rows.get("onednn"), ["no", "–", "–", "–"]);
  assert.match(
    stdout,
    /^onednn is not available: "\/nonexistent\/n2n\/libdnnl\.so\.2" is not/m,
  );
  assert.match(stdout, /^To get it: .*deno task setup:onednn/m);
  // Progress is for the person watching.
  assert.match(stderr, /^onnx-cpu: training for 0\.05 s$/m);
  assert.doesNotMatch(stdout, /training for/);
});

Deno.test("engines --help explains its option and exits with 0", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(stdout, /^deno task engines: /);
  assert.match(stdout, /^ {2}--seconds <a number > 0/m);
});

Deno.test("engines refuses --seconds 0", async () => {
  const { code, stdout, stderr } = await run(["--seconds", "0"]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^--seconds 0: expected a number > 0/);
});
