/** Tasks at work with what they may do, and nothing more. */

import assert from "node:assert/strict";
import { EXPERIMENTS } from "../experiments/all.ts";
import { denyNetwork, taskArgs } from "./_tasks.ts";
import { finish, inFolder, PROJECT } from "./experiments/_run.ts";

/** Runs a task's script with what the task may do, and nothing more. */
async function task(name: string, args: readonly string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArgs(name), ...args],
    cwd: PROJECT,
    env: {
      NO_COLOR: "1",
      N2N_CALIBRATION: `${PROJECT}tests/experiments/_calibration.json`,
    },
    stdin: "null",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

// Seen to fail: with reading of lib/ only, and with ORT_DISABLE_TELEMETRY taken from the
// set.
Deno.test("every experiment foresees its smoke profile with its task's permissions", async () => {
  await inFolder(async (folder) => {
    for (const { report } of EXPERIMENTS) {
      const { code, stderr } = await task(report.question, [
        ...["--profile", "smoke", "--dry-run", "--results", folder],
      ]);
      assert.equal(code, 0, `${report.question}: ${stderr}`);
      assert.doesNotMatch(stderr, /NotCapable|Not permitted/);
    }
  });
});

Deno.test("tables are checked and data are verified with their tasks' permissions", async () => {
  for (
    const [name, args] of [
      ["results", ["--check"]],
      ["verify", ["--only", "bench.md"]],
      ["data", ["verify", "mnist"]],
    ] as const
  ) {
    const { code, stderr } = await task(name, args);
    assert.equal(code, 0, `${name}: ${stderr}`);
  }
});

Deno.test("a search needs no network once its data are cached", async () => {
  await inFolder(async (folder) => {
    const { stderr } = await finish(folder, {
      deno: [denyNetwork()],
    });
    assert.doesNotMatch(stderr, /NotCapable|Not permitted/);
  });
});
