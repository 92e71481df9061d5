/**
 * The page of measured speeds. They are no records: they repeat on no machine. What
 * the page shows of them is compared all the same.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { denoCommand, ifThere, runCommand } from "../../cli/mod.ts";
import { PROJECT } from "../project.ts";
import { comparePages } from "./compare.ts";
import type { Context } from "./context.ts";

/**
 * Verifies bench.md, made anew from bench.json by the command that makes it.
 *
 * @param context Where, and where flaws go.
 */
export async function verifyBench(context: Context): Promise<void> {
  const { results, tally } = context;
  const path = `${results}/bench.json`;
  const bytes = await ifThere(() => Deno.readFile(path));
  if (bytes === undefined) return;
  const folder = await Deno.makeTempDir({ prefix: "n2n-bench-" });
  try {
    await Deno.writeFile(`${folder}/bench.json`, bytes);
    const done = await runCommand(denoCommand(), [
      ...["run", "--quiet", "--no-check", "--no-prompt"],
      ...["--allow-read", `--allow-write=${folder}`, "--allow-env"],
      ...["--allow-sys", "--allow-ffi"],
      fileURLToPath(new URL("bench/main.ts", PROJECT)),
      ...["--render", "--results", folder],
    ]);
    const page = await ifThere(() => Deno.readTextFile(`${folder}/bench.md`));
    if (done?.code === 0 && page !== undefined) {
      const files = new Map([["bench.md", page]]);
      await comparePages(context, { files, records: ["bench.json"] });
      return;
    }
    tally.find({
      check: "pages",
      path: "bench.json",
      kind: "damaged",
      message: `Cannot make "bench.md" of "bench.json": ${
        done?.stderr.trim().split("\n")[0]
      }`,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
