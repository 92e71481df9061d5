import type { OutputInfo } from "sharp";
import { DataError } from "../errors.ts";
import { isOutOfMemory } from "./_memory.ts";
import type { Picture } from "./resize.ts";

/** Extensions of the pictures that can be read, in lower case. */
export const PICTURE_EXTENSIONS: readonly string[] = [
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
];

/** Names of libvips's grey and colour spaces, of 8 and 16 bits. */
const SPACES = { byte: ["b-w", "srgb"], wide: ["grey16", "rgb16"] } as const;

/** libvips, loaded when the first picture is read: it is 20 MB of native code. */
async function loadSharp() {
  const { default: sharp } = await importSharp();
  // One thread a picture, and none kept back: callers read many pictures once.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/** What the package says of itself takes a screen; which file is at fault, none. */
async function importSharp() {
  try {
    return await import("sharp");
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `Cannot decode pictures: the native code of the package sharp cannot be loaded (${
        words.trim().split("\n", 1)[0]
      }); run "deno install" in the project's folder, and allow it (--allow-ffi)`,
      { cause: error },
    );
  }
}

/**
 * Decodes a JPEG, PNG or WebP picture. Stored values come out as they are: no
 * colour profile is applied, and no rotation that a camera noted. Transparency is
 * dropped (the colours below it show), 16 bits are cut to the upper 8, palettes
 * are looked up, and of an animation the first picture is taken.
 *
 * @param bytes The whole file.
 * @returns Planes; one where the file itself is grey, else red, green and blue.
 * @throws {SyntaxError} If the file is broken, cut, or of another format.
 * @throws {DataError} If the native code cannot be loaded.
 * @throws {Error} If memory is missing.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const sharp = await loadSharp();
  let decoded: {
    wide: boolean;
    data: Uint8Array;
    info: Pick<OutputInfo, "channels" | "height" | "width">;
  };
  try {
    const image = sharp(bytes, { failOn: "error", ignoreIcc: true });
    const { format, space, depth } = await image.metadata();
    if (format !== "jpeg" && format !== "png" && format !== "webp") {
      throw new SyntaxError(`its format is ${format}`);
    }
    const grey = space === "b-w" || space === "grey16";
    const wide = depth === "ushort";
    const { data, info } = await image
      .toColourspace(SPACES[wide ? "wide" : "byte"][grey ? 0 : 1])
      .removeAlpha()
      .raw({ depth: wide ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    decoded = { wide, data, info };
  } catch (error) {
    // The machine's fault, not the file's.
    if (isOutOfMemory(error)) throw error;
    throw new SyntaxError(
      `Cannot decode a picture: ${
        error instanceof Error ? error.message.trim() : error
      }, expected a whole JPEG, PNG or WebP file`,
      { cause: error },
    );
  }
  const { wide, data, info: { width, height } } = decoded;
  const channels = decoded.info.channels as 1 | 3;
  // libvips would round to 8 bits, others cut: cut.
  const values = wide ? upperBytes(data) : data;
  return { channels, height, width, pixels: toPlanes(values, channels) };
}

/** A grey picture with its plane three times; others as they are. */
export function toColour(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const plane = picture.pixels.length;
  const pixels = new Uint8Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    pixels.set(picture.pixels, channel * plane);
  }
  return { ...picture, channels: 3, pixels };
}

/** Upper 8 bits of 16-bit values, low byte first. */
function upperBytes(data: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: data.length / 2 },
    (_, i) => data[2 * i + 1]!,
  );
}

/** Pixels of interleaved channels, as planes. */
function toPlanes(data: Uint8Array, channels: number): Uint8Array {
  const plane = data.length / channels;
  const pixels = new Uint8Array(data.length);
  for (let i = 0, source = 0; i < plane; i++) {
    for (let channel = 0; channel < channels; channel++) {
      pixels[channel * plane + i] = data[source++]!;
    }
  }
  return pixels;
}
