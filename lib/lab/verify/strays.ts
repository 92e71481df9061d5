/**
 * Files of a results folder that no record accounts for.
 *
 * @module
 */

import type { Context } from "./context.ts";
import { filesBelow } from "./files_below.ts";
import type { Flaw } from "./tally.ts";

/** Files that other commands write: they are no records, and have no page. */
const OTHERS = ["SIGNATURES", "memory.md", "memory.svg"];

/**
 * Finds files that are not known. Hidden ones are passed over: the store of runs is
 * one.
 *
 * @param context Where, what is known, and where flaws go.
 */
export async function findStrays(context: Context): Promise<void> {
  for (const path of await filesBelow(context.results)) {
    findStray(context, path);
  }
}

/**
 * Finds out whether a file is of no record.
 *
 * @param context What is known, and where the flaw goes.
 * @param path The file.
 */
export function findStray({ known, tally }: Context, path: string): void {
  tally.count("strays");
  // What a damaged record would give is not known.
  const isOwn = known.has(path) || OTHERS.includes(path) ||
    tally.flaws.some((each) => each.kind === "damaged" && isOf(path, each));
  if (isOwn) return;
  tally.find({
    check: "strays",
    path,
    kind: "different",
    message:
      `"${path}" is of no record of this folder; remove it, or run what it is of`,
  });
}

/** Whether a file may be one that a damaged record or index would account for. */
function isOf(path: string, { path: damaged }: Flaw): boolean {
  if (!damaged.endsWith(".json")) return path === damaged;
  const base = damaged.replace(/(\.environment)?\.json$/, "");
  return path.startsWith(base) && /^[./-]/.test(path.slice(base.length));
}
