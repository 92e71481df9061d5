/**
 * Everything that is written whole or not at all, once, in the folder that the
 * argument names: what tests/kill_points_long_test.ts kills and starts again.
 */

import { writeFileAtomic } from "../lib/cli/mod.ts";
import {
  renameDurably,
  writeFileAtomic as writeData,
} from "../lib/data/disk/write.ts";
import { openStore } from "../lib/store/mod.ts";

/** Steps of the run in the store. */
export const STEPS = 3;

/** Content of a step's blobs, of several pages. */
export const blob = (step: number) => new Uint8Array(9000).fill(step);

/** The text of each file before and after; long enough to be cut. */
export const OLD = "old ".repeat(5000);
export const NEW = "new!".repeat(5000);

/** Files that are replaced. */
export const FILES = ["record.json", "data.bin", "download"] as const;

/** Does what is left to do. */
export async function writeAll(folder: string): Promise<void> {
  const bytes = new TextEncoder().encode(NEW);
  await writeFileAtomic(`${folder}/record.json`, NEW);
  await writeData(`${folder}/data.bin`, [bytes], () => {});
  await Deno.writeFile(`${folder}/download.part`, bytes);
  await renameDurably(`${folder}/download.part`, `${folder}/download`);
  const store = openStore(`${folder}/runs.sqlite`);
  for (
    let step = (store.getCheckpoint("run")?.step ?? 0) + 1;
    step <= STEPS;
    step++
  ) {
    store.transaction(() => {
      store.putEvaluation(`student ${step}`, `${step}`);
      store.appendHistory("run", step, `${step}`);
      const blobs = { policy: blob(step), adam: blob(step) };
      store.putCheckpoint("run", { step, json: `${step}`, blobs });
    });
  }
  store.close();
}

if (import.meta.main) await writeAll(Deno.args[0]!);
