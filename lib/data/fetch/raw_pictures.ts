import { join } from "node:path";
import { md5Of, streamMembers } from "./archive.ts";
import { fileFacts, readIfExists } from "../disk/read.ts";
import { findArchive } from "./_archive_members.ts";
import type { RawOptions } from "./raw.ts";
import type { PictureEntry } from "../decoders/decoder.ts";
import { DataError } from "../errors.ts";

/** Largest picture of an archive; Caltech-256's have a hundredth. */
const MAX_PICTURE_BYTES = 2 ** 27;

/** The pictures of a set. */
export interface RawPictures {
  /** One after the other; to be gone through once. */
  readonly entries: AsyncIterable<PictureEntry>;
  /** Archive or folder that they are in, for messages. */
  readonly place: string;
  /** Bytes of all of them, or a little more. */
  readonly totalBytes: number;
  /** Whether they are the user's, from the folder named. */
  readonly isOwn: boolean;
  /** Whether they are in the official archive; of a folder that is not known. */
  readonly isOfficial: boolean;
}

/**
 * Opens the pictures of an entry: unpacked or packed in the user's folder, else
 * in the archive downloaded earlier or fetched now.
 *
 * @throws {DataError} If no place has them; also from the entries, if the archive
 * is damaged.
 */
export async function openPictures(options: RawOptions): Promise<RawPictures> {
  const { entry, own } = options;
  if (own?.pictures !== undefined) {
    const { folder, files } = own.pictures;
    return {
      entries: streamFolder(folder, files),
      place: folder,
      totalBytes: await bytesOf(files.map((file) => join(folder, file))),
      isOwn: true,
      isOfficial: false,
    };
  }
  const { place, isOwn } = await findArchive(options);
  return {
    entries: streamArchive(place),
    place,
    totalBytes: await bytesOf([place]),
    isOwn,
    isOfficial: !isOwn || await md5Of(place) === entry.archive!.md5,
  };
}

async function bytesOf(places: readonly string[]): Promise<number> {
  let sum = 0;
  for (const place of places) sum += (await fileFacts(place))?.bytes ?? 0;
  return sum;
}

async function* streamFolder(
  folder: string,
  files: readonly string[],
): AsyncGenerator<PictureEntry, void, void> {
  for (const name of files) {
    const place = join(folder, name);
    yield {
      name,
      place,
      async bytes() {
        const bytes = await readIfExists(place);
        if (bytes !== undefined) return bytes;
        throw new DataError(`Cannot read "${place}": it is gone; start again`);
      },
    };
  }
}

async function* streamArchive(
  path: string,
): AsyncGenerator<PictureEntry, void, void> {
  const fail = (error: unknown): never => {
    throw new DataError(
      `Cannot unpack "${path}": ${
        error instanceof Error ? error.message : error
      }; replace the file`,
      { cause: error },
    );
  };
  try {
    for await (const { name, size, bytes } of streamMembers(path)) {
      yield {
        name,
        place: `${path}/${name}`,
        // A cut within a picture shows when it is read, outside of this loop.
        async bytes() {
          if (size > MAX_PICTURE_BYTES) {
            fail(
              new Error(
                `"${name}" in it has ${size} bytes, expected at most ${MAX_PICTURE_BYTES}`,
              ),
            );
          }
          return await bytes().catch(fail);
        },
      };
    }
  } catch (error) {
    fail(error);
  }
}
