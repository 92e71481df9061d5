/** Generated files: path below a folder, with "/", and content. */
export type Files = ReadonlyMap<string, string>;

/** A file on disk that is not what its record gives. */
export interface StaleFile {
  /** Path below the folder. */
  readonly path: string;
  /** What is wrong and where, for people. */
  readonly reason: string;
}

/**
 * Compares generated files with those on disk, byte for byte.
 *
 * @example
 * ```ts ignore
 * const files = render(readRecord(text, path));
 * const stale = await findStale(new URL("../results/", import.meta.url), files);
 * assert.deepEqual(stale, []);
 * ```
 *
 * @param folder Where the files should be; its path ends in "/".
 * @param files What should be there.
 * @returns The files that are missing or different, in the order given.
 * @throws {RangeError} If the folder's path does not end in "/".
 * @throws {Error} If a file cannot be read for another reason than its absence.
 */
export async function findStale(
  folder: URL,
  files: Files,
): Promise<readonly StaleFile[]> {
  if (!folder.href.endsWith("/")) {
    throw new RangeError(
      `Cannot compare files: the folder is "${folder}", expected a path that ends in "/"`,
    );
  }
  const stale: StaleFile[] = [];
  for (const [path, text] of files) {
    const found = await readIfThere(new URL(encodePath(path), folder));
    if (found === undefined) stale.push({ path, reason: "is missing" });
    else if (!sameBytes(found, new TextEncoder().encode(text))) {
      stale.push({ path, reason: firstDifference(found, text) });
    }
  }
  return stale;
}

async function readIfThere(
  url: URL,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Names with "#", "?" or "%" are names, not parts of an address. */
function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function firstDifference(found: Uint8Array, text: string): string {
  const have = new TextDecoder("utf-8", { ignoreBOM: true }).decode(found)
    .split("\n");
  const want = text.split("\n");
  const line = want.findIndex((expected, i) => expected !== have[i]);
  // The file goes on where the expected text ends, or is not valid UTF-8.
  if (line === -1) {
    return `has ${found.length} bytes, expected ${
      new TextEncoder().encode(text).length
    }`;
  }
  const [actual, wanted] = [have[line], want[line] ?? ""];
  const column = commonStart(actual ?? "", wanted);
  return `is ${excerpt(actual, column)} in line ${line + 1}, expected ${
    excerpt(wanted, column)
  }`;
}

function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** The part of a line that starts a little before where it differs. */
function excerpt(line: string | undefined, column: number): string {
  if (line === undefined) return "at its end";
  const from = Math.max(0, column - 20);
  const part = line.slice(from, column + 40);
  const start = from > 0 ? "…" : "";
  const end = column + 40 < line.length ? "…" : "";
  return JSON.stringify(start + part + end);
}
