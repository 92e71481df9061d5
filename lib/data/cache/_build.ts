import type { Loaded } from "./_split_file.ts";
import {
  createRawReader,
  type RawFile,
  type RawOptions,
} from "../fetch/raw.ts";
import { openPictures, type RawPictures } from "../fetch/raw_pictures.ts";
import { canonicalise, splitDigest } from "./canonical.ts";
import { DECODERS } from "../decoders/decoders.ts";
import type {
  FilesDecoder,
  PictureEntry,
  PicturesDecoder,
  Records,
} from "../decoders/decoder.ts";
import { DataError } from "../errors.ts";
import type { RegistryEntry } from "../registry.ts";
import { type SplitName, storedShape } from "../split.ts";

/** A split that was made from raw files. */
export interface Built extends Loaded {
  /**
   * Whether its content is the official one: by the registry's digest of the
   * split, or, where that is not known, by the digests of the raw files.
   */
  readonly isOfficial: boolean;
}

/** What a split was made of. */
interface Origin {
  /** Whether any of it came from the user's folder. */
  readonly isOwn: boolean;
  /** Whether the raw files are the official ones. */
  readonly isOfficial: boolean;
  /** Files of another content than the registry's, for messages. */
  readonly strange: readonly string[];
}

/**
 * Makes a builder of an entry's splits from raw files. What comes from the
 * user's folder is taken whatever its content, as long as it can be decoded;
 * everything else must have the registry's count and digest.
 *
 * @param name The set's name, for messages.
 * @param options The entry, and where raw files are looked for.
 * @throws {DataError} (from the builder) If they cannot be had, or used.
 */
export function createBuilder(
  name: string,
  options: RawOptions,
): (split: SplitName) => Promise<Built> {
  const { entry } = options;
  const decoder = DECODERS[entry.format]!;
  if (decoder.reads === "files") {
    const read = createRawReader(options);
    return (split) =>
      buildFromFiles(name, split, { decode: decoder.decode, read, options });
  }
  let decoded:
    | Promise<readonly [Readonly<Record<SplitName, Records>>, Origin]>
    | undefined;
  return async (split) => {
    const [records, origin] = await (decoded ??= decodePictures(
      name,
      decoder.decode,
      options,
    ));
    return finish(name, split, { entry, records: records[split], origin });
  };
}

async function buildFromFiles(
  name: string,
  split: SplitName,
  { decode, read, options: { entry, onProgress } }: {
    readonly decode: FilesDecoder;
    readonly read: (file: string) => Promise<RawFile>;
    readonly options: RawOptions;
  },
): Promise<Built> {
  const raw: Record<string, RawFile> = {};
  for (const [role, file] of Object.entries(entry.splits[split].files)) {
    raw[role] = await read(file);
    const { place, bytes } = raw[role];
    onProgress({ action: "decode", file: place, bytes: bytes.length });
  }
  const origin = originOf(entry, split, raw);
  let records: Records;
  try {
    records = await decode(
      Object.fromEntries(
        Object.entries(raw).map(([role, { bytes }]) => [role, bytes]),
      ),
      { shape: storedShape(entry), classCount: entry.classes.length, split },
    );
  } catch (error) {
    throw unusable(name, origin, error);
  }
  return finish(name, split, { entry, records, origin });
}

async function decodePictures(
  name: string,
  decode: PicturesDecoder,
  options: RawOptions,
): Promise<readonly [Readonly<Record<SplitName, Records>>, Origin]> {
  const { entry, onProgress } = options;
  const pictures = await openPictures(options);
  const origin = originOfPictures(pictures);
  try {
    const records = await decode(counted(pictures, onProgress), {
      shape: storedShape(entry),
      classCount: entry.classes.length,
    });
    return [records, origin];
  } catch (error) {
    throw unusable(name, origin, error);
  }
}

/** The pictures, while somebody hears how many bytes of them were read. */
async function* counted(
  { entries, place, totalBytes }: RawPictures,
  onProgress: RawOptions["onProgress"],
): AsyncGenerator<PictureEntry, void, void> {
  let read = 0;
  const tell = (bytes: number) =>
    onProgress({ action: "decode", file: place, bytes, totalBytes });
  tell(0);
  for await (const entry of entries) {
    yield {
      ...entry,
      async bytes() {
        const bytes = await entry.bytes();
        read += bytes.length;
        tell(read);
        return bytes;
      },
    };
  }
  tell(totalBytes);
}

function finish(
  name: string,
  split: SplitName,
  { entry, records, origin }: {
    readonly entry: RegistryEntry;
    readonly records: Records;
    readonly origin: Origin;
  },
): Built {
  try {
    const canonical = canonicalise(records, {
      shape: entry.shape,
      classCount: entry.classes.length,
      margin: entry.margin,
    });
    const built = { split: canonical, digest: splitDigest(canonical) };
    const fault = faultOf(entry, split, built, origin);
    if (fault !== undefined && !origin.isOwn) throw new SyntaxError(fault);
    return { ...built, isOfficial: fault === undefined };
  } catch (error) {
    throw unusable(name, origin, error);
  }
}

/** How a split differs from what the registry says, or undefined. */
function faultOf(
  entry: RegistryEntry,
  split: SplitName,
  { split: { count }, digest }: Loaded,
  { isOfficial }: Origin,
): string | undefined {
  const wanted = entry.splits[split];
  if (wanted.count !== undefined && count !== wanted.count) {
    return `the ${split} split has ${count} images, expected ${wanted.count}`;
  }
  if (wanted.digest !== undefined) {
    return digest === wanted.digest
      ? undefined
      : `the ${split} split's digest is ${digest}, expected ${wanted.digest}`;
  }
  return isOfficial
    ? undefined
    : `without a digest of the ${split} split, only the official files are known`;
}

function originOf(
  entry: RegistryEntry,
  split: SplitName,
  raw: Readonly<Record<string, RawFile>>,
): Origin {
  const strange = Object.entries(entry.splits[split].files).flatMap(
    ([role, file]) => {
      const { place, sha256 } = raw[role]!;
      const expected = entry.files[file]!.sha256;
      return expected === undefined || sha256 === expected
        ? []
        : [`  ${place}: its SHA-256 is ${sha256}, expected ${expected}`];
    },
  );
  return {
    isOwn: Object.values(raw).some(({ isOwn }) => isOwn),
    isOfficial: strange.length === 0,
    strange,
  };
}

function originOfPictures({ place, isOwn, isOfficial }: RawPictures): Origin {
  return {
    isOwn,
    isOfficial,
    strange: isOfficial ? [] : [`  ${place}: not the official archive`],
  };
}

/** Tells, of raw files that cannot be decoded, which ones to look at. */
function unusable(
  name: string,
  { isOwn, strange }: Origin,
  error: unknown,
): unknown {
  if (!(error instanceof SyntaxError)) return error;
  const fix = isOwn
    ? "Replace these files, or leave their folder out to have them fetched"
    : "The files are the registry's own, so its entry and decoder disagree";
  return new DataError(
    [`Cannot use data set "${name}": ${error.message}`, ...strange, fix].join(
      "\n",
    ),
    { cause: error },
  );
}
