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

/** A sink that keeps what is written. */
export class MemorySink {
  /** All text so far. */
  text = "";
  /** Writes at most this many bytes a call, as a pipe may. */
  readonly #most: number;
  /** A piece may end within a character. */
  readonly #decoder = new TextDecoder();

  constructor(most = Infinity) {
    this.#most = most;
  }

  writeSync(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#most);
    this.text += this.#decoder.decode(part, { stream: true });
    return part.length;
  }
}
