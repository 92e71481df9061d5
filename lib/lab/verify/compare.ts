import { findStale } from "../../report/mod.ts";
import type { Context } from "./context.ts";
import { pathToFileURL } from "node:url";

/**
 * Compares generated files with those on disk, byte for byte, and notes which
 * records they come from.
 *
 * @param context Where.
 * @param made The files as their records give them, those records, and whether
 * another name is theirs on disk.
 */
export async function comparePages(
  { results, tally, known, traces, pages }: Context,
  { files, records, nameOf = (path) => path }: {
    readonly files: ReadonlyMap<string, string>;
    readonly records: readonly string[];
    readonly nameOf?: (path: string) => string;
  },
): Promise<void> {
  const named = new Map([...files].map(([path, text]) => [nameOf(path), text]));
  const folder = new URL(`${pathToFileURL(results)}/`);
  for (const [path, text] of named) {
    known.add(path);
    pages.set(path, text);
    traces.push({ path, records });
  }
  tally.count("pages", named.size);
  for (const { path, reason } of await findStale(folder, named)) {
    tally.find({
      check: "pages",
      path,
      kind: "different",
      message:
        `"${path}" ${reason}; deno task results writes what the records give`,
    });
  }
}
