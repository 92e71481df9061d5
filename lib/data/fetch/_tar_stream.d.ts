/**
 * The part of npm's tar-stream that is used here. Its published types bring
 * Node's with them, which are not Deno's.
 */

import type { Writable } from "node:stream";

/** A file of an archive that is read; its pieces must be taken or resumed. */
export interface Entry extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly header: {
    readonly name: string;
    readonly size?: number;
    readonly type?: string;
  };
  /** Leaves the content unread. */
  resume(): void;
}

/** Reads the archive that is written to it, file by file. */
export function extract(): Writable & AsyncIterable<Entry>;

/** Makes an archive, which it gives in pieces. */
export function pack(): AsyncIterable<Uint8Array<ArrayBuffer>> & {
  entry(header: { readonly name: string }, content: Uint8Array): void;
  finalize(): void;
};
