import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import {
  contactSheet,
  encodePng,
} from "../../lib/lab/pictures/contact_sheet.ts";
import { openRasteriser } from "../../lib/lab/pictures/rasterise.ts";
import { allocateSplit } from "../../lib/data/cache/canonical.ts";
import { dataSetFacts, dataSetNames } from "../../lib/data/mod.ts";
import { decodePicture } from "../../lib/data/decoders/picture.ts";

/** Every letter is as wide as high. */
const textWidth = (text: string, size: number) => [...text].length * size;

Deno.test("encodePng() keeps every pixel", () => {
  const pixels = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => 4 * i);
  const png = encodePng(pixels, 5);
  const view = new DataView(png.buffer);
  // Signature, then IHDR: width, height.
  assert.deepEqual([...png.slice(1, 4)], [80, 78, 71]);
  assert.deepEqual([view.getUint32(16), view.getUint32(20)], [5, 4]);
  const data = 8 + 25;
  const rows = inflateSync(
    png.subarray(data + 8, data + 8 + view.getUint32(data)),
  );
  const found = [0, 1, 2, 3].flatMap((y) => {
    assert.equal(rows[16 * y], 0);
    return [...rows.subarray(16 * y + 1, 16 * (y + 1))];
  });
  assert.deepEqual(found, [...pixels]);
});

/** A sheet of grey images, one a class. */
function sheetOf(
  classes: readonly string[],
  shape: readonly [number, number, number] = [1, 2, 2],
): string {
  const count = classes.length;
  const split = allocateSplit({ count, shape, classCount: count });
  split.labels.set(classes.map((_, i) => i));
  split.images.fill(128);
  return contactSheet(split, { classes, title: "images", textWidth });
}

/** An attribute of every image, as numbers. */
function numbersOf(svg: string, name: string): readonly number[] {
  const found = svg.matchAll(
    new RegExp(`<image [^>]*\\b${name}="([^"]*)"`, "g"),
  );
  return Array.from(found, ([, value]) => Number(value));
}

Deno.test("contactSheet() shows fewer images where there are fewer, and escapes names", () => {
  const svg = sheetOf(["<a&b>", "c", "d"]);
  assert.equal(svg.match(/<image /g)!.length, 3);
  assert.match(svg, />3 images</);
  assert.match(svg, />&lt;a&amp;b&gt;</);
});

Deno.test("contactSheet() shortens the names and the title that have no room", () => {
  const svg = sheetOf(["123456789", "1234567890", "short"]);
  // A cell of 128 pixels has room for 9 letters of 13 pixels.
  assert.deepEqual(
    Array.from(svg.matchAll(/<text x="\d+" y="\d+">([^<]*)</g), ([, t]) => t),
    ["123456789", "12345678…", "short"],
  );
  const split = allocateSplit({ count: 1, shape: [1, 2, 2], classCount: 1 });
  const title = `images: ${"x".repeat(99)}`;
  const long = contactSheet(split, { classes: ["a"], title, textWidth });
  // 1096 - 2 x 8 pixels: 67 letters of 16 pixels.
  assert.match(long, />1 images: x{56}…</);
});

Deno.test("contactSheet() enlarges by whole numbers and keeps proportions", () => {
  const cases: readonly [readonly [number, number, number], number, number][] =
    [
      [[1, 28, 28], 112, 112],
      [[3, 32, 32], 128, 128],
      [[3, 96, 96], 96, 96],
      [[3, 10, 64], 128, 20],
      [[3, 128, 3], 3, 128],
      [[3, 256, 512], 128, 64],
    ];
  for (const [shape, width, height] of cases) {
    const svg = sheetOf(["a", "b"], shape);
    assert.deepEqual(numbersOf(svg, "width"), [width, width]);
    assert.deepEqual(numbersOf(svg, "height"), [height, height]);
    // Centred in its cell, at its bottom.
    const left = 8 + Math.floor((128 - width) / 2);
    assert.deepEqual(numbersOf(svg, "x"), [left, left + 136]);
    assert.deepEqual(numbersOf(svg, "y"), [168 - height, 168 - height]);
  }
});

Deno.test("contactSheet() as PNG has nothing between its columns, whatever the names", async () => {
  const rasteriser = await openRasteriser();
  const own = [
    "WWWWWWWWWWWWWWWWWWW",
    "i".repeat(99),
  ];
  const lists = [
    own,
    ...dataSetNames().map((name) => dataSetFacts(name).classes),
  ];
  const classes = lists.flat().toSorted((a, b) => b.length - a.length)
    .slice(0, 64);
  const split = allocateSplit({
    count: 64,
    shape: [3, 32, 32],
    classCount: 64,
  });
  split.labels.set(classes.map((_, i) => i));
  const { textWidth, toPng } = rasteriser;
  const svg = contactSheet(split, { classes, title: "", textWidth });
  // Caltech-256 has a name that is too long, too: self-propelled-lawn-mower.
  assert.equal(svg.match(/…</g)!.length, 3);
  const { pixels, width, height } = await decodePicture(toPng(svg));
  let dark = 0;
  for (let y = 40; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x]! > 200) continue;
      dark++;
      // Columns of 128 pixels after gaps of 8; letters may blur by one.
      const inside = x % 136;
      assert(inside >= 7 || inside === 0, `ink between columns: ${x}, ${y}`);
    }
  }
  assert(dark > 64 * 128 * 128);
});
