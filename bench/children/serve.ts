/**
 * The child's side of the line protocol: one JSON object a line comes in on
 * standard input, one goes out on standard output. The end of input is the end
 * of the child.
 *
 * @module
 */

import { lines } from "../lines.ts";

const encoder = new TextEncoder();

/** Answers on standard output. */
function answer(value: unknown): void {
  let bytes = encoder.encode(`${JSON.stringify(value)}\n`);
  while (bytes.length > 0) {
    bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}

/** What a child does with its messages, by their field "command". */
export type Handlers = Readonly<
  Record<string, (message: never) => unknown | Promise<unknown>>
>;

/**
 * Serves until the input ends. An error becomes the answer {"error": text}: the
 * parent decides what that means.
 *
 * @param handlers What to do with each command.
 */
export async function serve(handlers: Handlers): Promise<void> {
  for await (const line of lines(Deno.stdin.readable)) {
    try {
      const message = JSON.parse(line) as { readonly command: string };
      answer(await handlers[message.command]!(message as never) ?? {});
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Largest resident size of this process so far in bytes; null where the system does not tell. */
export function peakBytes(): number | null {
  return readPeakBytes("self");
}

/** The same of any process, by its id. */
export function readPeakBytes(process: number | "self"): number | null {
  try {
    const status = Deno.readTextFileSync(`/proc/${process}/status`);
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(status);
    return match === null ? null : 1024 * Number(match[1]);
  } catch {
    return null;
  }
}
