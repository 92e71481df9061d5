/**
 * Keeps the files of an earlier record when another one takes their name.
 *
 * @module
 */

import { FileError, ifThere, writeFileAtomic } from "../../cli/mod.ts";

/**
 * Moves a record and the files that belong to it aside, together: NAME.json
 * becomes NAME.TAG.json, NAME.environment.json becomes NAME.TAG.environment.json.
 * Others that are not there are passed over; without the record nothing is done.
 *
 * All are copied before any is removed, the record last, and the old record is
 * removed first: killed at any point, each record that is found has its files
 * beside it, and the same call finishes the work.
 *
 * @param paths The record first, "FOLDER/NAME.json"; then the others, whose
 * paths begin with "FOLDER/NAME".
 * @param tag Says which record it is, for example the start of its digest.
 * @throws {RangeError} If the paths are not of this form.
 * @throws {FileError} If a copy cannot be written, or another record already has
 * the new name; the files are then as they were.
 *
 * @example
 * ```ts no-eval
 * await setRecordAside(
 *   ["results/rq1/smoke.json", "results/rq1/smoke.environment.json"],
 *   record.digest.slice(0, 8),
 * );
 * ```
 */
export async function setRecordAside(
  paths: readonly string[],
  tag: string,
): Promise<void> {
  const moves = asidePaths(paths, tag);
  const [record, ...others] = moves;
  const bytes = await ifThere(() => Deno.readFile(record!.from));
  // What lies there without a record may be the beginning of the next one.
  if (bytes === undefined) return;
  await checkFree(record!.to, bytes);
  for (const { from, to } of [...others, record!]) {
    const bytes = await ifThere(() => Deno.readFile(from));
    if (bytes !== undefined) await writeFileAtomic(to, bytes);
  }
  for (const { from } of moves) await ifThere(() => Deno.remove(from));
}

/** Where a file is and where it goes. */
interface Move {
  readonly from: string;
  readonly to: string;
}

function asidePaths(paths: readonly string[], tag: string): readonly Move[] {
  const [record = ""] = paths;
  const base = record.replace(/\.json$/, "");
  const wrong = base === record
    ? record
    : paths.find((path) => !path.startsWith(base));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot set a record aside: path is "${wrong}", expected ${
        wrong === record ? '"NAME.json" as the first' : `"${base}…"`
      }`,
    );
  }
  return paths.map((from) => ({
    from,
    to: `${base}.${tag}${from.slice(base.length)}`,
  }));
}

/** A record that already has the new name may only be this very one. */
async function checkFree(path: string, wanted: Uint8Array): Promise<void> {
  const there = await ifThere(() => Deno.readFile(path)) ?? wanted;
  const isSame = wanted.length === there.length &&
    wanted.every((byte, index) => byte === there[index]);
  if (isSame) return;
  throw new FileError(
    `Cannot set a record aside: "${path}" is another one, expected none; move it away`,
  );
}
