import type { DecodeOptions, Records } from "./decoder.ts";

/**
 * Decodes files of CIFAR's binary version: records without a header, each some
 * label bytes of which the last is the class (CIFAR-100 has the coarse label
 * before the fine one), then the planes of red, green and blue, row by row.
 *
 * @param files Whole files, in whatever order and number.
 * @param labelBytes Label bytes of a record: 1 for CIFAR-10, 2 for CIFAR-100.
 * @param options Shape of an image.
 * @throws {SyntaxError} If a file is not a whole number of records.
 */
export function decodeCifar(
  files: Readonly<Record<string, Uint8Array>>,
  labelBytes: 1 | 2,
  { shape: [channels, height, width] }: DecodeOptions,
): Records {
  const size = channels * height * width;
  const record = labelBytes + size;
  let count = 0;
  for (const [role, { length }] of Object.entries(files)) {
    if (length === 0 || length % record !== 0) {
      throw new SyntaxError(
        `Cannot decode CIFAR: ${role} has ${length} bytes, expected a multiple of ${record}, a record's`,
      );
    }
    count += length / record;
  }
  const labels = new Uint8Array(count);
  const images = new Uint8Array(count * size);
  let row = 0;
  for (const bytes of Object.values(files)) {
    for (let at = 0; at < bytes.length; at += record) {
      labels[row] = bytes[at + labelBytes - 1]!;
      images.set(bytes.subarray(at + labelBytes, at + record), row * size);
      row++;
    }
  }
  return { labels, images };
}
