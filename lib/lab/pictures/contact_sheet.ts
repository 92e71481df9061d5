/**
 * Images of a data set side by side, with their labels: to look at.
 *
 * @module
 */

import { crc32, deflateSync } from "node:zlib";
import { imageSize, type Split, storedShape } from "../../data/mod.ts";
import { FONT_FAMILY } from "./rasterise.ts";
import { escapeXml, shortenText, type TextWidth } from "./svg_text.ts";

/** Side of the grid, in images. */
const GRID = 8;

/** Side of an image's cell, in pixels: four times that of a CIFAR image. */
const SIDE = 128;

/** Height of the room for the label below an image, in pixels. */
const CAPTION = 24;

/** From the lower edge of an image to the line that its label stands on. */
const BASELINE = 14;

/** Height of the room for the title, in pixels. */
const HEADING = 40;

/** Pixels between two cells. */
const GAP = 8;

/** Font sizes, in pixels. */
const LABEL = 13;
const TITLE = 16;

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

/** Where an image lies in its cell, and how large it is shown. */
function placeOf(
  height: number,
  width: number,
): { readonly x: number; readonly y: number; readonly scale: number } {
  const side = Math.max(height, width);
  // Whole numbers keep all pixels of an image alike.
  const scale = side > SIDE ? SIDE / side : Math.floor(SIDE / side);
  return {
    x: Math.floor((SIDE - scale * width) / 2),
    // At the bottom of the cell, above its label.
    y: Math.floor(SIDE - scale * height),
    scale,
  };
}

/**
 * A contact sheet as SVG: the first 64 images of a split in canonical order,
 * which is as good as random, each with the name of its class, shortened where
 * it is too long.
 *
 * @param split The images.
 * @param options.classes Names by class number.
 * @param options.title What the images are; shown above, after their number.
 * @param options.textWidth Widths in {@link FONT_FAMILY}; the fonts that stand in
 *   for it where it is missing are rarely wider.
 */
export function contactSheet(
  split: Split,
  { classes, title, textWidth }: {
    readonly classes: readonly string[];
    readonly title: string;
    readonly textWidth: TextWidth;
  },
): string {
  const [, height, width] = storedShape(split);
  const place = placeOf(height, width);
  const rendering = place.scale < 1 ? "optimizeQuality" : "pixelated";
  const labels = classes.map((name) =>
    escapeXml(shortenText(name, { width: SIDE, size: LABEL, textWidth }))
  );
  const cells = Array.from(
    { length: Math.min(GRID * GRID, split.count) },
    (_, i) => {
      const x = GAP + (i % GRID) * (SIDE + GAP);
      const y = HEADING + Math.floor(i / GRID) * (SIDE + CAPTION);
      const png = encodePng(rgbOf(split, i), width).toBase64();
      return `<image x="${x + place.x}" y="${y + place.y}" width="${
        place.scale * width
      }" height="${place.scale * height}" image-rendering="${rendering}" ` +
        `href="data:image/png;base64,${png}"/>` +
        `<text x="${x + SIDE / 2}" y="${y + SIDE + BASELINE}">${
          labels[split.labels[i]!]
        }</text>`;
    },
  );
  const sheetWidth = GAP + GRID * (SIDE + GAP);
  const sheetHeight = HEADING +
    Math.ceil(cells.length / GRID) * (SIDE + CAPTION);
  const heading = shortenText(`${cells.length} ${title}`, {
    width: sheetWidth - 2 * GAP,
    size: TITLE,
    textWidth,
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sheetWidth}" height="${sheetHeight}" font-family="${FONT_FAMILY}, sans-serif" font-size="${LABEL}">` +
    `<rect width="100%" height="100%" fill="white"/>` +
    `<text x="${GAP}" y="${HEADING - 16}" font-size="${TITLE}">${
      escapeXml(heading)
    }</text>` +
    `<g text-anchor="middle">${cells.join("")}</g></svg>\n`;
}
