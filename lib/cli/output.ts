import { isoTime } from "./clock.ts";
import { FileError } from "./errors.ts";

const encoder = new TextEncoder();

/** Where text goes: `Deno.stdout`, `Deno.stderr` or a double of a test. */
export interface TextSink {
  /** Writes some of the bytes, at least one, and returns how many. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * How the process speaks: "text" to a person; "quiet" leaves out all that is
 * neither a result nor a warning nor an error; "json" to a program, one line of
 * JSON an event on standard output.
 */
export type Voice = "text" | "quiet" | "json";

/** Something that happened, as `--json` tells it. */
export interface OutputEvent {
  /**
   * Its kind: "output" (text that is the command's result), "message", "warning",
   * "error", "progress", "end", or one of a command's own.
   */
  readonly event: string;
  /** What belongs to it; only what JSON can hold. */
  readonly [key: string]: unknown;
}

let voice: Voice = "text";

/** How the process speaks. */
export function currentVoice(): Voice {
  return voice;
}

/**
 * Chooses how the process speaks from now on. The parsers do it, for `--quiet` and
 * `--json`.
 *
 * @param chosen The voice.
 */
export function setVoice(chosen: Voice): void {
  voice = chosen;
}

/** What a pause before another try is slept on. */
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 5;

/**
 * Writes all of a text. A reader that went away (`| head`, a terminal that was
 * closed) is no error: there is nobody left to tell.
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
      // A terminal that is gone.
      if (error.code === "EIO") return;
      if (error.code === "EAGAIN") {
        // Whoever started this may have a pipe that does not wait for its reader.
        Atomics.wait(PAUSE, 0, 0, PAUSE_MS);
        continue;
      }
      throw new FileError(
        `Cannot write output (${error.code}): ${error.message}, expected ` +
          `a terminal, or a file on a disk with free space`,
        { cause: error },
      );
    }
  }
}

/**
 * Tells an event to a program that reads along (`--json`); to nobody else.
 *
 * @param event What happened; the time is added.
 * @param sink Where to; default `Deno.stdout`.
 */
export function emit(event: OutputEvent, sink: TextSink = Deno.stdout): void {
  if (voice !== "json") return;
  const { event: kind, ...rest } = event;
  const line = JSON.stringify({ event: kind, time: isoTime(), ...rest });
  writeText(sink, `${line}\n`);
}

/**
 * Prints text on standard output: a result somebody may pipe on.
 *
 * @param text Text without its last line end.
 */
export function print(text: string): void {
  if (voice === "json") emit({ event: "output", text });
  else writeText(Deno.stdout, `${text}\n`);
}

/**
 * Prints one line on standard error: a message to the person watching.
 *
 * @param line Text without its line end.
 */
export function notify(line: string): void {
  if (voice === "json") emit({ event: "message", text: line });
  else if (voice === "text") writeText(Deno.stderr, `${line}\n`);
}

/**
 * Prints one line on standard error: something that whoever relies on the result
 * has to know, however quiet the process is.
 *
 * @param line Text without its line end.
 */
export function warn(line: string): void {
  if (voice === "json") emit({ event: "warning", text: line });
  else writeText(Deno.stderr, `${line}\n`);
}
