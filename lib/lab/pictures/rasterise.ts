/**
 * SVG to PNG, in WebAssembly and with a font from a package: the bytes are the
 * same on every machine, whatever fonts it has.
 *
 * @module
 */

import { escapeXml, type TextWidth } from "./svg_text.ts";

/** The one font that {@link openRasteriser} knows; every text is drawn in it. */
export const FONT_FAMILY = "DejaVu Sans";

/** Draws SVG. */
export interface Rasteriser {
  /** How wide a line of text is in {@link FONT_FAMILY}. */
  readonly textWidth: TextWidth;
  /**
   * Draws an SVG at its own size.
   *
   * @param svg Text of the file. Its images must be data URIs. Their pixels become
   *   sharp squares unless their `image-rendering` is `optimizeQuality`.
   * @returns The PNG file.
   */
  readonly toPng: (svg: string) => Uint8Array;
}

let opening: Promise<Rasteriser> | undefined;

/**
 * Loads the rasteriser and its font, 3 MB, once a process.
 *
 * @throws {Deno.errors.NotFound} If a package is not whole; `deno install` puts
 *   that right.
 */
export function openRasteriser(): Promise<Rasteriser> {
  return opening ??= load();
}

async function load(): Promise<Rasteriser> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  const [code, font] = await Promise.all([
    readFrom(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")),
    readFrom(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")),
  ]);
  await initWasm(code);

  // WebAssembly's memory is not collected: what is parsed must be freed.
  function parse(svg: string) {
    const drawing = new Resvg(svg, {
      font: { fontBuffers: [font], defaultFontFamily: FONT_FAMILY },
      imageRendering: 1,
    });
    return { drawing, [Symbol.dispose]: () => drawing.free() };
  }

  function textWidth(text: string, size: number): number {
    using parsed = parse(
      `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">` +
        `<text font-family="${FONT_FAMILY}" font-size="${size}">${
          escapeXml(text)
        }</text></svg>`,
    );
    const box = parsed.drawing.getBBox();
    if (box === undefined) return 0;
    const { width } = box;
    box.free();
    return width;
  }

  function toPng(svg: string): Uint8Array {
    using parsed = parse(svg);
    const image = parsed.drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  }

  return { textWidth, toPng };
}

/** Reads a file of a package. */
async function readFrom(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(url));
}
