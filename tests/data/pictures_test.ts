import assert from "node:assert/strict";
import sharp from "sharp";
import { resizeAndCrop } from "../../lib/data/decoders/resize.ts";
import { decodePicture, toColour } from "../../lib/data/decoders/picture.ts";
import { randomStream } from "../../lib/random/mod.ts";

function noise(length: number): Uint8Array {
  const random = randomStream(1, "noise");
  return Uint8Array.from({ length }, () => random.integer(256));
}

/** Interleaved pixels as a picture file's writer. */
function raw(data: Uint8Array, channels: 1 | 2 | 3 | 4, width: number) {
  const height = data.length / channels / width;
  return sharp(data, { raw: { width, height, channels } });
}

/** Channel planes of interleaved pixels. */
function planes(data: Uint8Array, channels: number, kept = channels) {
  return Array.from(
    { length: kept },
    (_, c) => [...data].filter((_, i) => i % channels === c),
  ).flat();
}

Deno.test("decodePicture() gives a PNG's and a lossless WebP's own pixels", async () => {
  const data = noise(7 * 5 * 3);
  const image = raw(data, 3, 7);
  for (
    const file of [
      await image.clone().png().toBuffer(),
      await image.clone().webp({ lossless: true }).toBuffer(),
    ]
  ) {
    const { channels, height, width, pixels } = await decodePicture(file);
    assert.deepEqual([channels, height, width], [3, 5, 7]);
    assert.deepEqual([...pixels], planes(data, 3));
  }
});

Deno.test("decodePicture() ignores a colour profile", async () => {
  const profiled = await raw(noise(48), 3, 4).withIccProfile("p3").png()
    .toBuffer();
  assert.ok((await sharp(profiled).metadata()).icc !== undefined);
  // What the file stores, read without any profile.
  const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
  const applied = await sharp(profiled).raw().toBuffer();
  assert.notDeepEqual(applied, stored);
  const { pixels } = await decodePicture(profiled);
  assert.deepEqual([...pixels], planes(stored, 3));
});

Deno.test("decodePicture() drops transparency and leaves the colours", async () => {
  const data = noise(6 * 4);
  const { channels, pixels } = await decodePicture(
    await raw(data, 4, 3).png().toBuffer(),
  );
  assert.equal(channels, 3);
  assert.deepEqual([...pixels], planes(data, 4, 3));
});

Deno.test("decodePicture() keeps grey files grey, with or without transparency", async () => {
  const data = noise(12);
  const grey = await raw(data, 1, 4).toColourspace("b-w").png().toBuffer();
  const picture = await decodePicture(grey);
  assert.equal(picture.channels, 1);
  assert.deepEqual([...picture.pixels], [...data]);
  assert.deepEqual([...toColour(picture).pixels], [...data, ...data, ...data]);
  const withAlpha = await raw(data, 2, 3).toColourspace("b-w").png().toBuffer();
  const second = await decodePicture(withAlpha);
  assert.equal(second.channels, 1);
  assert.deepEqual([...second.pixels], planes(data, 2, 1));
});

Deno.test("decodePicture() cuts 16 bits to the upper 8", async () => {
  const values = Uint16Array.of(0, 255, 256, 0x1234, 0xff00, 0xffff);
  const wide = await sharp(values, {
    raw: { width: 6, height: 1, channels: 1 },
  }).toColourspace("grey16").png().toBuffer();
  assert.equal((await sharp(wide).metadata()).depth, "ushort");
  const { channels, pixels } = await decodePicture(wide);
  assert.equal(channels, 1);
  assert.deepEqual([...pixels], [0, 0, 1, 0x12, 0xff, 0xff]);
});

Deno.test("decodePicture() does not turn pictures as a camera noted", async () => {
  const image = raw(noise(4 * 2 * 3), 3, 4);
  const turned = await image.clone().withMetadata({ orientation: 6 }).png()
    .toBuffer();
  const { height, width } = await decodePicture(turned);
  assert.deepEqual([height, width], [2, 4]);
});

Deno.test("decodePicture() refuses cut files, other formats, and no picture", async () => {
  const jpeg = await raw(noise(64 * 64 * 3), 3, 64).jpeg().toBuffer();
  assert.equal((await decodePicture(jpeg)).pixels.length, 64 * 64 * 3);
  for (
    const bytes of [
      jpeg.subarray(0, jpeg.length >> 1),
      await raw(noise(48), 3, 4).gif().toBuffer(),
      new TextEncoder().encode("no picture"),
      new Uint8Array(0),
    ]
  ) {
    await assert.rejects(decodePicture(bytes), {
      name: "SyntaxError",
      message: /^Cannot decode a picture: .+, expected a whole JPEG, PNG or/,
    });
  }
});

Deno.test("resizeAndCrop() halves with Pillow's weights", () => {
  // Scale 2, support 2: weights 1/8 3/8 3/8 1/8 inside; 3/7 3/7 1/7 at an edge.
  const picture = {
    channels: 1,
    height: 1,
    width: 1,
    pixels: Uint8Array.of(9),
  } as const;
  assert.equal(resizeAndCrop(picture, 1), picture);
  const column = Uint8Array.of(0, 0, 80, 160, 240, 240, 0, 0);
  const square = {
    channels: 1,
    height: 8,
    width: 8,
    // Each row the same, so that only columns mix.
    pixels: Uint8Array.from({ length: 64 }, (_, i) => column[i % 8]!),
  } as const;
  const expected = [
    Math.round((0 * 3 + 0 * 3 + 80 * 1) / 7),
    (0 + 3 * 80 + 3 * 160 + 240) / 8,
    (160 + 3 * 240 + 3 * 240 + 0) / 8,
    Math.round((240 * 1 + 0 + 0) / 7),
  ];
  const { pixels } = resizeAndCrop(square, 4);
  assert.deepEqual([...pixels.subarray(0, 4)], expected);
  assert.deepEqual([...pixels.subarray(12)], expected);
});

Deno.test("resizeAndCrop() cuts the middle, and keeps a flat picture flat", () => {
  // 2 high, 6 wide: only the middle 2 x 2 remain, unscaled.
  const wide = Uint8Array.from({ length: 12 }, (_, i) => i);
  assert.deepEqual(
    [
      ...resizeAndCrop(
        { channels: 1, height: 2, width: 6, pixels: wide },
        2,
      ).pixels,
    ],
    [2, 3, 8, 9],
  );
  for (const level of [0, 1, 128, 255]) {
    for (const [height, width, side] of [[7, 5, 3], [3, 4, 9], [50, 31, 8]]) {
      const { pixels } = resizeAndCrop({
        channels: 3,
        height: height!,
        width: width!,
        pixels: new Uint8Array(3 * height! * width!).fill(level),
      }, side!);
      assert.deepEqual([...new Set(pixels)], [level]);
      assert.equal(pixels.length, 3 * side! * side!);
    }
  }
});
