import { createHash, hash } from "node:crypto";
import type { Shape } from "../../network/mod.ts";
import type { Records } from "../decoders/decoder.ts";
import { imageSize, type Labels, type Split, storedShape } from "../split.ts";

/** What is hashed at once; not every hash takes gigabytes. */
const PIECE_BYTES = 64 << 20;

/** Classes that one byte can number. */
const BYTE_CLASSES = 256;

/** Classes that two bytes can number. */
const MAX_CLASSES = 65536;

/**
 * Puts records in canonical order: by the SHA-256 of the label's byte (two, low
 * one first, in a set of more than 256 classes) followed by the stored pixels.
 * The order, and with it every split, digest and result, is the same for any
 * lossless copy of a set, whatever order its files hold it in.
 *
 * @param records Records in any order.
 * @param options The set's image shape, number of classes, and stored margin.
 * @returns The split, on shared memory.
 * @throws {SyntaxError} If the arrays' lengths disagree with each other or the
 * shape, or a label is not a class number.
 */
export function canonicalise(
  records: Records,
  options: {
    readonly shape: Shape;
    readonly classCount: number;
    readonly margin?: number | undefined;
  },
): Split {
  const { classCount } = options;
  const size = imageSize(storedShape(options));
  const count = records.labels.length;
  checkRecords(records, classCount, size);

  const { images } = records;
  const imageOf = (row: number): Uint8Array =>
    images instanceof Uint8Array
      ? images.subarray(row * size, (row + 1) * size)
      : images[row]!;
  const keys: string[] = [];
  const labelBytes = labelSize(classCount);
  const record = new Uint8Array(labelBytes + size);
  for (let i = 0; i < count; i++) {
    const label = records.labels[i]!;
    record[0] = label & 255;
    if (labelBytes === 2) record[1] = label >> 8;
    record.set(imageOf(i), labelBytes);
    keys.push(hash("sha256", record, "hex"));
  }
  // Records with equal keys are equal, so their order among themselves shows
  // nowhere.
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) =>
    keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0
  );

  const split = allocateSplit({ ...options, count });
  for (let to = 0; to < count; to++) {
    const from = order[to]!;
    split.labels[to] = records.labels[from]!;
    split.images.set(imageOf(from), to * size);
  }
  return split;
}

/** Bytes that a label takes in memory, digests and cache files. */
export function labelSize(classCount: number): 1 | 2 {
  return classCount > BYTE_CLASSES ? 2 : 1;
}

/** An empty split on shared memory. */
export function allocateSplit(
  options: {
    readonly count: number;
    readonly shape: Shape;
    readonly classCount: number;
    readonly margin?: number | undefined;
  },
): Split {
  const { count, shape, classCount, margin = 0 } = options;
  const size = imageSize(storedShape(options));
  return {
    images: new Uint8Array(new SharedArrayBuffer(count * size)),
    labels: labelSize(classCount) === 2
      ? new Uint16Array(new SharedArrayBuffer(2 * count))
      : new Uint8Array(new SharedArrayBuffer(count)),
    count,
    shape,
    classCount,
    ...margin === 0 ? {} : { margin },
  };
}

/**
 * A split's identity: SHA-256 over all labels, then all pixels, in the order
 * given, which for a digest of the set must be the canonical one.
 *
 * @returns 64 hexadecimal digits.
 */
export function splitDigest(
  split: { readonly labels: Labels; readonly images: Uint8Array },
): string {
  // As bytes: two-byte labels lie low byte first on every machine that Deno runs on.
  const sha256 = createHash("sha256").update(split.labels);
  for (let at = 0; at < split.images.length; at += PIECE_BYTES) {
    sha256.update(split.images.subarray(at, at + PIECE_BYTES));
  }
  return sha256.digest("hex");
}

function checkRecords(
  records: Records,
  classCount: number,
  size: number,
): void {
  if (classCount > MAX_CLASSES) {
    throw new SyntaxError(
      `Cannot store labels: the number of classes is ${classCount}, expected at most ${MAX_CLASSES}`,
    );
  }
  const { labels, images } = records;
  const pixels = images instanceof Uint8Array
    ? images.length
    : images.reduce((sum, { length }) => sum + length, 0);
  const isUneven = !(images instanceof Uint8Array) &&
    images.some(({ length }) => length !== size);
  if (pixels !== labels.length * size || isUneven) {
    throw new SyntaxError(
      `Cannot pair labels with images: ${pixels} pixels are decoded, expected ${
        labels.length * size
      } for ${labels.length} labels`,
    );
  }
  const wrong = labels.findIndex((label) => label >= classCount);
  if (wrong >= 0) {
    throw new SyntaxError(
      `Cannot use label ${wrong}: it is ${
        labels[wrong]
      }, expected less than ${classCount}`,
    );
  }
}
