/**
 * A kill at every named point of every write: each point's first time, its second,
 * and so on until one is not reached any more. The search that is killed at them is
 * tests/soak_long_test.ts.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openStore } from "../lib/store/mod.ts";
import { blob, FILES, NEW, OLD, STEPS, writeAll } from "./_writes_program.ts";
import { KILL_POINTS } from "./soak/points.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));

/** Runs the program; whether it was killed at a point. */
async function isKilledAt(where: string, folder: string): Promise<boolean> {
  const { success, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--allow-all"],
      ...["--preload", "tests/soak/_kill_at.ts"],
      ...["tests/_writes_program.ts", folder],
    ],
    cwd: PROJECT,
    env: { N2N_KILL_AT: where },
    stdin: "null",
  }).output();
  if (signal === "SIGKILL") return true;
  assert(success, new TextDecoder().decode(stderr));
  return false;
}

/** Whoever reads now finds what was there before, or what was to be there. */
function checkWhole(folder: string): void {
  for (const name of FILES) {
    const text = Deno.readTextFileSync(`${folder}/${name}`);
    assert(text === OLD || text === NEW, `${name} is neither old nor new`);
  }
  const store = openStore(`${folder}/runs.sqlite`, {
    onLoss: (loss) => assert.fail(loss),
  });
  try {
    const checkpoint = store.getCheckpoint("run");
    const step = checkpoint?.step ?? 0;
    assert.equal(store.history("run").length, step);
    assert.equal(store.usage().evaluations.count, step);
    if (checkpoint === undefined) return;
    const { policy, adam } = checkpoint.blobs;
    assert.deepEqual([policy, adam], [blob(step), blob(step)]);
  } finally {
    store.close();
  }
}

Deno.test("every write is whole or not there when it is killed at any named point, and is finished by the next run", async (t) => {
  for (const point of KILL_POINTS) {
    await t.step(point, async () => {
      let isKilled = true;
      let count = 0;
      while (isKilled) {
        count++;
        const folder = await Deno.makeTempDir({ prefix: "n2n-points-" });
        try {
          for (const name of FILES) {
            await Deno.writeTextFile(`${folder}/${name}`, OLD);
          }
          isKilled = await isKilledAt(`${point}:${count}`, folder);
          checkWhole(folder);
          await writeAll(folder);
          for (const name of FILES) {
            assert.equal(await Deno.readTextFile(`${folder}/${name}`), NEW);
          }
          const store = openStore(`${folder}/runs.sqlite`);
          assert.equal(store.history("run").length, STEPS);
          store.close();
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      }
      assert(count > 2, `${point} was reached ${count - 1} times only`);
    });
  }
});
