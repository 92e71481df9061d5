import { sha256Hex } from "../../random/mod.ts";
import { filesBelow } from "./files_below.ts";

/** The file that holds the manifest and its signature. */
export const SIGNATURES = "SIGNATURES";

/**
 * All files of a results folder with their digests, as `sha256sum` writes and reads
 * them: a line a file, sorted by path.
 *
 * @param results The folder.
 */
export async function manifestOf(results: string): Promise<string> {
  const lines: string[] = [];
  for (const path of await filesBelow(results)) {
    if (path === SIGNATURES) continue;
    const bytes = await Deno.readFile(`${results}/${path}`);
    lines.push(`${sha256Hex(bytes)}  ${path}\n`);
  }
  return lines.join("");
}

/** Digests of a manifest by path. */
export function parseManifest(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
      return digest === undefined ? [] : [[path!, digest] as const];
    }),
  );
}
