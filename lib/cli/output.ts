import { FileError } from "./errors.ts";

const encoder = new TextEncoder();

/** Where text goes: `Deno.stdout`, `Deno.stderr` or a double of a test. */
export interface TextSink {
  /** Writes some of the bytes, at least one, and returns how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes all of a text. A reader that went away (`| head`) is no error: there
 * is nobody left to tell.
 *
 * @param sink Where to.
 * @param text What, with its line ends.
 * @throws {FileError} With the system's code, when the disk is full for example.
 */
export function writeText(sink: TextSink, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(sink.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Error) || !("code" in error)) throw error;
      throw new FileError(
        `Cannot write output (${error.code}): ${error.message}, expected ` +
          `a terminal, or a file on a disk with free space`,
        { cause: error },
      );
    }
  }
}

/**
 * Prints one line on standard output: a result somebody may pipe on.
 *
 * @param line Text without its line end.
 */
export function print(line: string): void {
  writeText(Deno.stdout, `${line}\n`);
}

/**
 * Prints one line on standard error: a message to the person watching.
 *
 * @param line Text without its line end.
 */
export function notify(line: string): void {
  writeText(Deno.stderr, `${line}\n`);
}
