import { createHash, hash } from "node:crypto";
import type { Shape } from "../network/mod.ts";
import type { Records } from "./decoders/decoder.ts";
import { imageSize, type Split } from "./split.ts";

/** Class numbers are one byte each. */
const MAX_CLASSES = 256;

/**
 * Puts records in canonical order: by the SHA-256 of the label's byte followed
 * by the pixels. The order, and with it every split, digest and result, is the
 * same for any lossless copy of a set, whatever order its files hold it in.
 *
 * @param records Records in any order.
 * @param options The set's image shape and number of classes.
 * @returns The split, on shared memory.
 * @throws {SyntaxError} If the arrays' lengths disagree with each other or the
 * shape, or a label is not a class number.
 */
export function canonicalise(
  records: Records,
  options: { readonly shape: Shape; readonly classCount: number },
): Split {
  const { shape, classCount } = options;
  const size = imageSize(shape);
  const count = records.labels.length;
  checkRecords(records, classCount, size);

  const keys: string[] = [];
  const record = new Uint8Array(1 + size);
  for (let i = 0; i < count; i++) {
    record[0] = records.labels[i]!;
    record.set(records.images.subarray(i * size, (i + 1) * size), 1);
    keys.push(hash("sha256", record, "hex"));
  }
  // Records with equal keys are equal, so their order among themselves shows
  // nowhere.
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) =>
    keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0
  );

  const split = allocateSplit({ count, shape, classCount });
  for (let to = 0; to < count; to++) {
    const from = order[to]!;
    split.labels[to] = records.labels[from]!;
    split.images.set(
      records.images.subarray(from * size, (from + 1) * size),
      to * size,
    );
  }
  return split;
}

/** An empty split on shared memory. */
export function allocateSplit(
  options: {
    readonly count: number;
    readonly shape: Shape;
    readonly classCount: number;
  },
): Split {
  const size = imageSize(options.shape);
  return {
    images: new Uint8Array(new SharedArrayBuffer(options.count * size)),
    labels: new Uint8Array(new SharedArrayBuffer(options.count)),
    count: options.count,
    shape: options.shape,
    classCount: options.classCount,
  };
}

/**
 * A split's identity: SHA-256 over all labels, then all pixels, in the order
 * given, which for a digest of the set must be the canonical one.
 *
 * @returns 64 hexadecimal digits.
 */
export function splitDigest(
  split: { readonly labels: Uint8Array; readonly images: Uint8Array },
): string {
  return createHash("sha256").update(split.labels).update(split.images).digest(
    "hex",
  );
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
  if (images.length !== labels.length * size) {
    throw new SyntaxError(
      `Cannot pair labels with images: ${images.length} pixels are decoded, expected ${
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
