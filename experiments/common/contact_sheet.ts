/**
 * Images of a data set side by side, with their labels: to look at.
 *
 * @module
 */

import { crc32, deflateSync } from "node:zlib";
import { imageSize, type Split, storedShape } from "../../lib/data/mod.ts";

/** Side of the grid, in images. */
const GRID = 8;

/** Each image is enlarged to about this many pixels. */
const SIDE = 96;

/** Room for a label below its image. */
const CAPTION = 18;

const GAP = 6;

function chunk(type: string, data: Uint8Array): Uint8Array[] {
  const body = new Uint8Array(4 + data.length);
  body.set(new TextEncoder().encode(type));
  body.set(data, 4);
  const word = (value: number) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  };
  return [word(data.length), body, word(crc32(body))];
}

/**
 * Encodes pixels as a PNG.
 *
 * @param pixels `[height, width, 3]`, values 0 to 255.
 * @param width Pixels a row.
 */
export function encodePng(
  pixels: Uint8Array,
  width: number,
): Uint8Array<ArrayBuffer> {
  const stride = 3 * width;
  const height = pixels.length / stride;
  // Each row begins with the number of its filter: none.
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    rows.set(
      pixels.subarray(y * stride, (y + 1) * stride),
      y * (stride + 1) + 1,
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  // Eight bits a channel, red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    ...chunk("IHDR", header),
    ...chunk("IDAT", deflateSync(rows)),
    ...chunk("IEND", new Uint8Array(0)),
  ];
  const png = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    png.set(part, at);
    at += part.length;
  }
  return png;
}

/** Red, green and blue of one image, row by row; grey images have all alike. */
function rgbOf(
  split: Split,
  index: number,
): Uint8Array {
  const { images } = split;
  const shape = storedShape(split);
  const [channels, height, width] = shape;
  const plane = height * width;
  const from = index * imageSize(shape);
  const rgb = new Uint8Array(3 * plane);
  for (let p = 0; p < plane; p++) {
    for (let c = 0; c < 3; c++) {
      rgb[3 * p + c] = images[from + Math.min(c, channels - 1) * plane + p]!;
    }
  }
  return rgb;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/**
 * A contact sheet as SVG: the first 64 images of a split in canonical order,
 * which is as good as random, each with the name of its class.
 *
 * @param split The images.
 * @param classes Names by class number.
 * @param title Shown above.
 */
export function contactSheet(
  split: Split,
  { classes, title }: {
    readonly classes: readonly string[];
    readonly title: string;
  },
): string {
  const [, , width] = storedShape(split);
  const step = SIDE + GAP;
  const cells = Array.from(
    { length: Math.min(GRID * GRID, split.count) },
    (_, i) => {
      const x = GAP + (i % GRID) * step;
      const y = 40 + Math.floor(i / GRID) * (step + CAPTION);
      const png = encodePng(rgbOf(split, i), width).toBase64();
      const label = escape(classes[split.labels[i]!]!);
      return `<image x="${x}" y="${y}" width="${SIDE}" height="${SIDE}" style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>` +
        `<text x="${x + SIDE / 2}" y="${
          y + SIDE + 13
        }" text-anchor="middle">${label}</text>`;
    },
  );
  const total = GAP + GRID * step;
  const height = 40 + Math.ceil(cells.length / GRID) * (step + CAPTION);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="${GAP}" y="24" font-size="15">${escape(title)}</text>` +
    `${cells.join("")}</svg>\n`;
}
