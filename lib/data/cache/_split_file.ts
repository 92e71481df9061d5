import { canonicalJson } from "../../random/mod.ts";
import { openIfExists } from "../disk/read.ts";
import { writeFileAtomic } from "../disk/write.ts";
import { allocateSplit, labelSize, splitDigest } from "./canonical.ts";
import type { DataProgress } from "../progress.ts";
import type { RegistryEntry } from "../registry.ts";
import {
  imageSize,
  type Split,
  type SplitName,
  storedShape,
} from "../split.ts";

/** Changes when the layout below does; files of another format are rebuilt. */
const FORMAT = "n2n data 1";

/** Longest header that is looked for. */
const MAX_HEADER_BYTES = 4096;

/** How much is read at once. */
const PIECE_BYTES = 4 << 20;

const NEW_LINE = 10;

/** A split and its digest. */
export interface Loaded {
  readonly split: Split;
  readonly digest: string;
}

/** Which split of which set, and what the registry says of it. */
export interface Wanted {
  readonly name: string;
  readonly split: SplitName;
  readonly entry: RegistryEntry;
}

/**
 * Reads a cache file: a line of JSON, the labels, the pixels. Every byte is
 * checked: the header must be the one that would be written, and the rest must
 * have the header's digest.
 *
 * @returns The split; or `reason`, why the file cannot be used; or undefined
 * when there is no file.
 */
export async function readCache(
  path: string,
  wanted: Wanted,
): Promise<Loaded | { readonly reason: string } | undefined> {
  const opened = await openIfExists(path);
  if (opened === undefined) return undefined;
  using file = opened;
  const size = (await file.stat()).size;
  const start = await readSome(file, new Uint8Array(MAX_HEADER_BYTES));
  const end = start.indexOf(NEW_LINE);
  if (end < 0) return { reason: "it has no header" };
  const text = new TextDecoder().decode(start.subarray(0, end));
  const expected = wanted.entry.splits[wanted.split];
  const found = parseHeader(text);
  const count = expected.count ?? found.count;
  const digest = expected.digest ?? found.digest;
  if (text !== header(wanted, count, digest)) {
    return {
      reason: `its header is ${text.slice(0, 400)}, expected ${
        header(wanted, count, digest)
      }`,
    };
  }
  const { shape, classes, margin } = wanted.entry;
  const classCount = classes.length;
  const labelBytes = labelSize(classCount);
  const length = count *
    (labelBytes + imageSize(storedShape({ shape, margin })));
  const bodyBytes = size - end - 1;
  if (bodyBytes !== length) {
    return {
      reason: `it has ${bodyBytes} bytes after the header, expected ${length}`,
    };
  }
  const split = allocateSplit({ count, shape, classCount, margin });
  await file.seek(end + 1, Deno.SeekMode.Start);
  // Piece by piece: a set may be larger than what a machine can hold twice.
  const piece = new Uint8Array(PIECE_BYTES);
  for (const target of [labelsAsBytes(split), split.images]) {
    for (let at = 0; at < target.length;) {
      const bytes = await readSome(
        file,
        piece.subarray(0, Math.min(piece.length, target.length - at)),
      );
      if (bytes.length === 0) return { reason: "it was cut while it was read" };
      target.set(bytes, at);
      at += bytes.length;
    }
  }
  const actual = splitDigest(split);
  if (actual !== digest) {
    return { reason: `its SHA-256 is ${actual}, expected ${digest}` };
  }
  return { split, digest };
}

/** Fills a buffer as far as the file goes. */
async function readSome(
  file: Deno.FsFile,
  buffer: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let at = 0;
  while (at < buffer.length) {
    const read = await file.read(buffer.subarray(at));
    if (read === null) break;
    at += read;
  }
  return buffer.subarray(0, at);
}

/** Writes a cache file, whole or not at all. */
export async function writeCache(
  path: string,
  wanted: Wanted & { readonly onProgress: (progress: DataProgress) => void },
  { split, digest }: Loaded,
): Promise<void> {
  const line = new TextEncoder().encode(
    `${header(wanted, split.count, digest)}\n`,
  );
  const parts = [line, labelsAsBytes(split), split.images];
  const totalBytes = parts.reduce((sum, part) => sum + part.length, 0);
  await writeFileAtomic(
    path,
    parts,
    (bytes) =>
      wanted.onProgress({ action: "write", file: path, bytes, totalBytes }),
  );
}

function labelsAsBytes({ labels }: Split): Uint8Array {
  return new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
}

function header(wanted: Wanted, count: number, digest: string): string {
  return canonicalJson({
    format: FORMAT,
    name: wanted.name,
    split: wanted.split,
    shape: wanted.entry.shape,
    ...wanted.entry.margin ? { margin: wanted.entry.margin } : {},
    classCount: wanted.entry.classes.length,
    count,
    digest,
  });
}

/** What a header says of a set that the registry knows less of. */
function parseHeader(text: string): { count: number; digest: string } {
  try {
    const { count, digest } = JSON.parse(text) ?? {};
    if (Number.isSafeInteger(count) && typeof digest === "string") {
      return { count, digest };
    }
  } catch {
    // Falls through to a header that no file has.
  }
  return { count: 0, digest: "" };
}
