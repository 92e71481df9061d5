/**
 * The pages of measured speeds. They are no records: they repeat on no machine. What
 * the pages show of them is compared all the same.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { denoCommand, ifThere, runCommand } from "../../cli/mod.ts";
import { PROJECT } from "../project.ts";
import { comparePages } from "./compare.ts";
import type { Context } from "./context.ts";
import { filesBelow } from "./files_below.ts";

/** Folder of measurements, one file a kind of processor. */
const FOLDER = "bench";
/** The page that leads to theirs. */
const INDEX = "bench.md";

/** Whether a file below a results folder is of the benchmark. */
export function isOfBench(path: string): boolean {
  return path === INDEX || path.startsWith(`${FOLDER}/`);
}

/**
 * Verifies all pages of the benchmark, made anew from its measurements by the
 * command that makes them.
 *
 * @param context Where, and where flaws go.
 */
export async function verifyBench(context: Context): Promise<void> {
  const { results, tally, known } = context;
  const there = await ifThere(() => filesBelow(results, FOLDER)) ?? [];
  const measured = there.filter((path) => path.endsWith(".json"));
  if (measured.length === 0) return;
  const folder = await Deno.makeTempDir({ prefix: "n2n-bench-" });
  try {
    await Deno.mkdir(`${folder}/${FOLDER}`);
    for (const path of measured) {
      known.add(path);
      await Deno.copyFile(`${results}/${path}`, `${folder}/${path}`);
    }
    const done = await runCommand(denoCommand(), [
      ...["run", "--quiet", "--no-check", "--no-prompt"],
      ...["--allow-read", `--allow-write=${folder}`, "--allow-env"],
      ...["--allow-sys", "--allow-ffi"],
      fileURLToPath(new URL("bench/main.ts", PROJECT)),
      ...["--render", "--results", folder],
    ]);
    if (done?.code === 0) {
      const files = new Map<string, string>();
      for (const path of await filesBelow(folder)) {
        if (!path.endsWith(".md")) continue;
        files.set(path, await Deno.readTextFile(`${folder}/${path}`));
      }
      await comparePages(context, { files, records: measured });
      return;
    }
    tally.find({
      check: "pages",
      path: INDEX,
      kind: "damaged",
      message: `Cannot make the pages of "${FOLDER}": ${
        done?.stderr.trim().split("\n")[0]
      }`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
