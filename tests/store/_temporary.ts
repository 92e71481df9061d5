/** Runs a test in a folder of its own that is gone afterwards. */
export async function inTemporaryFolder(
  run: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Bytes 0, 1, 2, … modulo 251: any shift or cut shows. */
export function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index + start) % 251);
}
