import assert from "node:assert/strict";
import { encodePng } from "../../lib/lab/pictures/contact_sheet.ts";
import {
  FONT_FAMILY,
  openRasteriser,
} from "../../lib/lab/pictures/rasterise.ts";
import { decodePicture } from "../../lib/data/decoders/picture.ts";
import { sha256Hex } from "../../lib/random/mod.ts";

const { textWidth, toPng } = await openRasteriser();

function svgOf(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><rect width="100%" height="100%" fill="white"/>${content}</svg>`;
}

function textOf(text: string, family = FONT_FAMILY): string {
  return svgOf(
    `<text x="10" y="25" font-size="13" font-family="${family}">${text}</text>`,
  );
}

Deno.test("toPng() gives the same bytes on every machine", () => {
  const pixels = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => 5 * i);
  const href = `data:image/png;base64,${encodePng(pixels, 4).toBase64()}`;
  const png = toPng(svgOf(
    `<image x="150" y="4" width="32" height="32" href="${href}"/>` +
      `<text x="8" y="25" font-size="13">T-shirt/top, lawn_mower…</text>`,
  ));
  assert.equal(
    sha256Hex(png),
    "2e320244437351effa78096350bb28e87f60ef8a9c3d6dcaa87f5a74d3414b8e",
  );
});

Deno.test("toPng() draws each pixel of an image as a sharp square", async () => {
  const pixels = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => 37 * i);
  const href = `data:image/png;base64,${encodePng(pixels, 4).toBase64()}`;
  for (const attribute of ["", `image-rendering="pixelated"`]) {
    const drawn = await decodePicture(toPng(svgOf(
      `<image x="8" y="4" width="32" height="32" ${attribute} href="${href}"/>`,
    )));
    assert.deepEqual([drawn.width, drawn.height], [200, 40]);
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) {
        for (let c = 0; c < 3; c++) {
          assert.equal(
            drawn.pixels[(c * 40 + y + 4) * 200 + x + 8],
            pixels[3 * (4 * (y >> 3) + (x >> 3)) + c],
          );
        }
      }
    }
  }
});

Deno.test("toPng() draws every font as its own", () => {
  const own = toPng(textOf("American flag"));
  assert.notDeepEqual(toPng(textOf("American flap")), own);
  for (const family of ["sans-serif", "monospace", "No Such Font"]) {
    assert.deepEqual(toPng(textOf("American flag", family)), own, family);
  }
});

Deno.test("textWidth() is the width of what is drawn", async () => {
  for (const text of ["l", "lawn_mower", "T-shirt/top", "WWWWWWWWWW", "a…"]) {
    const { pixels } = await decodePicture(toPng(textOf(text)));
    const columns = Array.from({ length: 200 }, (_, x) => x).filter((x) =>
      Array.from({ length: 40 }, (_, y) => pixels[y * 200 + x]!)
        .some((value) => value < 255)
    );
    const drawn = columns.at(-1)! - columns[0]! + 1;
    const measured = textWidth(text, 13);
    // Either edge may lie within a column.
    assert(drawn >= measured && drawn < measured + 2, `${text}: ${measured}`);
  }
  assert.equal(textWidth("", 13), 0);
  assert.equal(textWidth(" ", 13), 0);
  assert.equal(textWidth("<&>", 26), 2 * textWidth("<&>", 13));
});
