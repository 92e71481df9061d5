/** Bits of a weight's fraction: 8 bits of a pixel and 2 to spare make up 32. */
const PRECISION = 22;

/** An image in planes, `[channels, height, width]`, pixels 0 … 255. */
export interface Picture {
  /** 1 of a grey picture, else red, green and blue. */
  readonly channels: 1 | 3;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Plane by plane, row by row. */
  readonly pixels: Uint8Array;
}

/**
 * Scales a picture so that its shorter side is `side` (the longer one rounded
 * down), and cuts the middle `side` x `side` out. The filter is a triangle,
 * widened when it makes smaller, columns before rows, in whole numbers as
 * Pillow's `BILINEAR` computes it: the same bits on every machine, and
 * torchvision's `Resize(side)`.
 *
 * @param picture The picture; left alone.
 * @param side Side wanted, >= 1.
 * @returns The picture itself where it has that size.
 */
export function resizeAndCrop(picture: Picture, side: number): Picture {
  const { channels, height, width, pixels } = picture;
  if (height === side && width === side) return picture;
  const short = Math.min(height, width);
  const scaled = (length: number) => Math.floor(side * length / short);
  const columns = weigh(width, scaled(width), side);
  const rows = weigh(height, scaled(height), side);
  const result = new Uint8Array(channels * side * side);
  const half = new Uint8Array(height * side);
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < side; x++) {
        const { first, weights } = columns[x]!;
        const source = plane + y * width + first;
        let sum = 1 << (PRECISION - 1);
        for (let k = 0; k < weights.length; k++) {
          sum += pixels[source + k]! * weights[k]!;
        }
        half[y * side + x] = Math.min(255, sum >> PRECISION);
      }
    }
    for (let y = 0; y < side; y++) {
      const { first, weights } = rows[y]!;
      const target = (channel * side + y) * side;
      for (let x = 0; x < side; x++) {
        let sum = 1 << (PRECISION - 1);
        for (let k = 0; k < weights.length; k++) {
          sum += half[(first + k) * side + x]! * weights[k]!;
        }
        result[target + x] = Math.min(255, sum >> PRECISION);
      }
    }
  }
  return { channels, height: side, width: side, pixels: result };
}

/** Which pixels make up one pixel of the result, and how much of each. */
interface Weights {
  readonly first: number;
  readonly weights: Int32Array;
}

/** Weights of the middle `side` of `to` pixels that `from` pixels are scaled to. */
function weigh(from: number, to: number, side: number): Weights[] {
  const scale = from / to;
  const support = Math.max(1, scale);
  const offset = Math.floor((to - side) / 2);
  return Array.from({ length: side }, (_, i) => {
    const centre = (offset + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const triangle = Array.from(
      { length: end - first },
      (_, k) =>
        Math.max(0, 1 - Math.abs((first + k - centre + 0.5) * (1 / support))),
    );
    const total = triangle.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(
      triangle,
      (weight) => Math.trunc(0.5 + weight / total * 2 ** PRECISION),
    );
    return { first, weights };
  });
}
