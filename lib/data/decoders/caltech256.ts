import { hash } from "node:crypto";
import type { Shape } from "../../network/mod.ts";
import { randomStream } from "../../random/mod.ts";
import type { SplitName } from "../split.ts";
import type { PictureEntry, Records } from "./decoder.ts";
import { decodePicture, toColour } from "./picture.ts";
import { type Picture, resizeAndCrop } from "./resize.ts";

/** Test images of a class; the set has no official test split. */
const TEST_IMAGES = 15;

/** Seed of the test split's draw, the same in every run. */
const SPLIT_SEED = 1001;

/** NNN.name/NNN_IIII.jpg at the end of a path; others are strays. */
const PICTURE = /(?:^|\/)(\d{3})\.[^/]+\/\1_\d{4}\.jpg$/;

/**
 * Decodes Caltech-256: 256_ObjectCategories/NNN.name/NNN_IIII.jpg, class NNN - 1.
 * Strays that some copies hold (056.dog/greg/, 198.spider/RENAME2) are passed
 * over, grey pictures made colour. The shorter side is scaled to the stored side
 * and the middle cut out.
 *
 * There is no official test split. Ours: each class's pictures are ordered by the
 * SHA-256 of their files, and 15 drawn for testing by the stream
 * ("caltech256", class) of seed 1001, so any copy, in any order and at any size,
 * is divided alike.
 *
 * @param entries All files, in any order.
 * @param options Stored shape (square, three channels) and number of classes.
 * @throws {SyntaxError} If a picture is broken, or a class has 15 or fewer.
 */
export async function decodeCaltech256(
  entries: AsyncIterable<PictureEntry>,
  { shape, classCount }: { readonly shape: Shape; readonly classCount: number },
): Promise<Readonly<Record<SplitName, Records>>> {
  const classes: { key: string; picture: Picture }[][] = Array.from(
    { length: classCount },
    () => [],
  );
  for await (const entry of entries) {
    const match = PICTURE.exec(entry.name);
    if (match === null) continue;
    const members = classes[Number(match[1]) - 1];
    if (members === undefined) {
      throw new SyntaxError(
        `Cannot decode Caltech-256: ${entry.place} is of class ${
          match[1]
        }, expected 001 to ${classCount}`,
      );
    }
    const bytes = await entry.bytes();
    try {
      const picture = toColour(
        resizeAndCrop(await decodePicture(bytes), shape[1]),
      );
      members.push({ key: hash("sha256", bytes, "hex"), picture });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SyntaxError(
        `Cannot decode Caltech-256: ${entry.place}: ${error.message}`,
        { cause: error },
      );
    }
  }
  const drawn: Record<SplitName, { label: number; picture: Picture }[]> = {
    train: [],
    test: [],
  };
  classes.forEach((members, label) => {
    if (members.length <= TEST_IMAGES) {
      throw new SyntaxError(
        `Cannot decode Caltech-256: class ${
          `${label + 1}`.padStart(3, "0")
        } has ${members.length} pictures, expected more than the ${TEST_IMAGES} to test on`,
      );
    }
    members.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    randomStream(SPLIT_SEED, "caltech256", label).permutation(members.length)
      .forEach((member, i) =>
        drawn[i < TEST_IMAGES ? "test" : "train"].push({
          label,
          picture: members[member]!.picture,
        })
      );
  });
  return {
    train: toRecords(drawn.train),
    test: toRecords(drawn.test),
  };
}

function toRecords(
  rows: readonly { readonly label: number; readonly picture: Picture }[],
): Records {
  return {
    labels: Uint16Array.from(rows, ({ label }) => label),
    // Not copied into one array: at full size they are gigabytes.
    images: rows.map(({ picture }) => picture.pixels),
  };
}
