import type { DecodeOptions, Records } from "./decoder.ts";
import { decodeMat5, type MatArray } from "./mat5.ts";

/** The file's label of the digit 0, and the highest. */
const ZERO = 10;

/**
 * Decodes SVHN's cropped digits: a MAT-file with the variables `X`, pixels
 * `[row, column, channel, image]` in column-major order, and `y`, labels 1 to 10
 * of which 10 is the digit 0.
 *
 * @param files The file under the role `mat`.
 * @param options Shape of an image.
 * @throws {SyntaxError} If it is not such a file.
 */
export function decodeSvhn(
  { mat }: Readonly<Record<string, Uint8Array>>,
  { shape: [channels, height, width] }: DecodeOptions,
): Records {
  const arrays = decodeMat5(mat!);
  const [x, y] = ["X", "y"].map((name) => arrays.get(name));
  if (x === undefined || y === undefined) {
    throw new SyntaxError(
      `Cannot decode SVHN: the variables are "${
        [...arrays.keys()].join('", "')
      }", expected "X" and "y"`,
    );
  }
  const count = y.values.length;
  const wanted = [height, width, channels, count];
  // A single image has no fourth dimension.
  if ([...x.dimensions, 1].slice(0, 4).join() !== wanted.join()) {
    throw new SyntaxError(
      `Cannot decode SVHN: X is [${x.dimensions.join(", ")}], expected [${
        wanted.join(", ")
      }] for ${count} labels`,
    );
  }
  // A typed array would take other numbers modulo 256, without a word.
  checkIntegers(y, { what: "label", from: 1, to: ZERO });
  checkIntegers(x, { what: "pixel", from: 0, to: 255 });
  const plane = height * width;
  const images = new Uint8Array(count * channels * plane);
  let to = 0;
  for (let from = 0; from < images.length; from += plane) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        images[to++] = x.values[from + row + height * column]!;
      }
    }
  }
  const labels = Uint8Array.from(
    y.values,
    (label) => label === ZERO ? 0 : label,
  );
  return { labels, images };
}

function checkIntegers(
  { values }: MatArray,
  { what, from, to }: {
    readonly what: string;
    readonly from: number;
    readonly to: number;
  },
): void {
  // Bytes cannot be anything else.
  if (values instanceof Uint8Array && from === 0) return;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= from && value <= to) continue;
    throw new SyntaxError(
      `Cannot decode SVHN: ${what} ${i} is ${value}, expected an integer from ${from} to ${to}`,
    );
  }
}
