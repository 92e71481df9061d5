import type { DataProgress } from "../progress.ts";
import type { RegistryEntry } from "../registry.ts";
import type { Fetch, Timeouts } from "./download.ts";
import type { OwnData } from "./own.ts";

/**
 * What a raw file of the user's may unpack to, from a .gz or an archive: five
 * times the largest one of the registry. Zeros pack to a thousandth.
 */
export const MAX_OWN_BYTES = 2 ** 30;

/** A raw file in memory. */
export interface RawFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it was found, for messages. */
  readonly place: string;
  /** SHA-256 of the bytes; another than the registry's only for the user's own. */
  readonly sha256: string;
  /** Whether it is the user's, from the folder named. */
  readonly isOwn: boolean;
}

/** Where raw files are looked for. */
export interface RawOptions {
  readonly entry: RegistryEntry;
  /** Folder of the verified downloads. */
  readonly rawDir: string;
  /** Folder of the user's own copies, for messages. */
  readonly dataDir: string | undefined;
  /** What it has of the set. */
  readonly own: OwnData | undefined;
  readonly fetch: Fetch;
  readonly timeouts: Timeouts;
  readonly onProgress: (progress: DataProgress) => void;
  /** What went wrong so far, for the message if all goes wrong. */
  readonly notes: string[];
}

/** What an error says. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
