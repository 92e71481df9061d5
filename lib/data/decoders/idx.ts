import type { DecodeOptions, Records } from "./decoder.ts";

/** The one element type in use: unsigned bytes. */
const UNSIGNED_BYTE = 0x08;

/** An array in IDX format. */
export interface IdxArray {
  /** Length of each dimension, outermost first. */
  readonly dimensions: readonly number[];
  /** Elements in row-major order; a view of the bytes given. */
  readonly data: Uint8Array;
}

/**
 * Reads one array of bytes in IDX format, as MNIST's authors define it: two
 * zero bytes, the element type, the number of dimensions, each dimension as a
 * big-endian 32-bit integer, then the elements.
 *
 * @example
 * ```ts
 * import { decodeIdx } from "./idx.ts";
 *
 * const { dimensions, data } = decodeIdx(
 *   Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9),
 * );
 * if (dimensions[0] !== 2 || data[1] !== 9) throw new Error("not read");
 * ```
 *
 * @param bytes A whole file.
 * @returns The array.
 * @throws {SyntaxError} If the bytes are not one whole array of unsigned bytes.
 */
export function decodeIdx(bytes: Uint8Array): IdxArray {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    const start = [...bytes.subarray(0, 4)].join(", ");
    throw new SyntaxError(
      `Cannot decode IDX: the first bytes are [${start}], expected [0, 0, type, dimensions]`,
    );
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new SyntaxError(
      `Cannot decode IDX: the element type is ${
        bytes[2]
      }, expected ${UNSIGNED_BYTE} (unsigned bytes)`,
    );
  }
  const rank = bytes[3]!;
  const headerBytes = 4 + 4 * rank;
  if (rank === 0 || bytes.length < headerBytes) {
    throw new SyntaxError(
      `Cannot decode IDX: ${rank} dimensions are announced in ${bytes.length} bytes, expected at least 1 dimension and ${headerBytes} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from(
    { length: rank },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  const expected = headerBytes + dimensions.reduce((a, b) => a * b, 1);
  if (bytes.length !== expected) {
    throw new SyntaxError(
      `Cannot decode IDX: length is ${bytes.length} bytes, expected ${expected} for dimensions [${
        dimensions.join(", ")
      }]`,
    );
  }
  return { dimensions, data: bytes.subarray(headerBytes) };
}

/** Decodes a pair of IDX files with the roles `images` and `labels`. */
export function decodeIdxSplit(
  files: Readonly<Record<string, Uint8Array>>,
  options: DecodeOptions,
): Records {
  const { images: imageFile, labels: labelFile } = files;
  if (imageFile === undefined || labelFile === undefined) {
    throw new SyntaxError(
      `Cannot decode IDX: the roles are "${
        Object.keys(files).join('", "')
      }", expected "images" and "labels"`,
    );
  }
  const images = decodeIdx(imageFile);
  const labels = decodeIdx(labelFile);
  const count = images.dimensions[0]!;
  const [channels, height, width] = options.shape;
  // Grey images have no dimension for the channel.
  const expected = channels === 1
    ? [count, height, width]
    : [count, channels, height, width];
  if (images.dimensions.join() !== expected.join()) {
    throw new SyntaxError(
      `Cannot decode IDX: the images' dimensions are [${
        images.dimensions.join(", ")
      }], expected [${expected.join(", ")}]`,
    );
  }
  if (labels.dimensions.join() !== `${count}`) {
    throw new SyntaxError(
      `Cannot decode IDX: the labels' dimensions are [${
        labels.dimensions.join(", ")
      }], expected [${count}]`,
    );
  }
  return { images: images.data, labels: labels.data };
}
