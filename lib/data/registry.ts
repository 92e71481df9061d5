import { parse } from "yaml";
import { z } from "zod";
import { DECODERS } from "./decoders/decoders.ts";

const HEX_64 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");
const HEX_32 = z.string().regex(/^[0-9a-f]{32}$/, "expected 32 hex digits");
const TEXT = z.string().min(1);
const DIMENSION = z.int().min(1);

const SOURCE = z.union([
  z.strictObject({
    /** Package and exact version, which deno.json's imports must list too. */
    npm: z.string().regex(/^.+@[^@]+$/, "expected name@version"),
    /** Path in the package; {file} stands for the raw file's name. */
    path: TEXT,
  }),
  z.strictObject({
    /**
     * Address; {file} stands for the raw file's name, or the archive's; a raw
     * file's .gz is unpacked.
     */
    url: z.string().regex(/^https?:\/\//, "expected http:// or https://"),
    /** Hosts that it forwards to: tasks may ask them too. */
    forwardsTo: z.array(TEXT).optional(),
  }),
  z.strictObject({
    /** Folder that a system's package installs. */
    folder: z.string().regex(/^\//, "expected an absolute path"),
    /** Path in it; {file} stands for the raw file's name; .gz is unpacked. */
    path: TEXT,
  }),
]);

const SPLIT = z.strictObject({
  /** Number of images, where it is known. */
  count: z.int().min(1).optional(),
  /** SHA-256 of the canonical form, where it is known. */
  digest: HEX_64.optional(),
  /** Raw files by the role that the decoder gives them. */
  files: z.record(TEXT, TEXT),
});

const ENTRY = z.strictObject({
  title: TEXT,
  licence: TEXT,
  citation: TEXT,
  format: z.string().refine((name) => Object.hasOwn(DECODERS, name), {
    error: `expected one of ${Object.keys(DECODERS).join(", ")}`,
  }),
  shape: z.tuple([DIMENSION, DIMENSION, DIMENSION]),
  /** Pixels stored around an image on each side, for random crops. */
  margin: z.int().min(0).optional(),
  /** Whether the pictures can be had at any size; shape and margin are usual. */
  resizable: z.boolean().optional(),
  classes: z.array(TEXT).min(2),
  mean: z.array(z.number().min(0).max(1)),
  std: z.array(z.number().positive().max(1)),
  splits: z.strictObject({ train: SPLIT, test: SPLIT }),
  files: z.record(
    TEXT,
    z.strictObject({
      /** Length of the raw, unpacked file. */
      bytes: z.int().min(1),
      /** SHA-256 of the raw, unpacked file; archives vouch for their members. */
      sha256: HEX_64.optional(),
      /** MD5 of the .gz file that mirrors serve, where it is known. */
      gzipMd5: HEX_32.optional(),
    }),
  ),
  /** The .tar or .tar.gz that holds all raw files, where they come in one. */
  archive: z.strictObject({
    /** Its name. */
    name: TEXT,
    /** MD5 of it, packed as it is served. */
    md5: HEX_32,
    /** Folder in it that holds the raw files. */
    folder: TEXT,
    /** More than its bytes: a longer answer of a server is given up. */
    maxBytes: z.int().min(1),
    /** About its bytes, for people, where they are not those of its files. */
    aboutBytes: z.int().min(1).optional(),
  }).optional(),
  sources: z.array(SOURCE),
}).superRefine((entry, context) => {
  for (const name of ["mean", "std"] as const) {
    if (entry[name].length !== entry.shape[0]) {
      context.addIssue({
        code: "custom",
        path: [name],
        message: `expected ${entry.shape[0]} values, one a channel`,
      });
    }
  }
  for (const [name, { sha256 }] of Object.entries(entry.files)) {
    if (sha256 === undefined && entry.archive === undefined) {
      context.addIssue({
        code: "custom",
        path: ["files", name, "sha256"],
        message: "expected 64 hex digits, as no archive vouches for the file",
      });
    }
  }
  for (const [name, split] of Object.entries(entry.splits)) {
    for (const file of Object.values(split.files)) {
      if (!Object.hasOwn(entry.files, file)) {
        context.addIssue({
          code: "custom",
          path: ["splits", name, "files"],
          message: `"${file}" is not among the entry's files`,
        });
      }
    }
  }
});

/** What the registry knows of one data set. */
export type RegistryEntry = z.infer<typeof ENTRY>;

/** One place that raw files come from. */
export type Source = z.infer<typeof SOURCE>;

/** Data sets by name. */
export type Registry = Readonly<Record<string, RegistryEntry>>;

/**
 * Reads a registry.
 *
 * @param text YAML as in datasets/registry.yaml.
 * @returns The entries by name.
 * @throws {SyntaxError} If the text is not YAML or breaks the schema; the
 * message lists every fault.
 */
export function parseRegistry(text: string): Registry {
  const parsed = z.record(TEXT, ENTRY).safeParse(parseYaml(text));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) =>
      `${issue.path.join(".")}: ${issue.message}`
    );
    throw new SyntaxError(
      `Cannot read the data-set registry: ${faults.join("; ")}`,
    );
  }
  return parsed.data;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new SyntaxError(
      `Cannot read the data-set registry: ${
        error instanceof Error ? error.message : error
      }`,
      { cause: error },
    );
  }
}

/**
 * An entry for images of another size: the margin keeps its share, rounded, and
 * digests of the usual size do not hold.
 *
 * @param entry The entry.
 * @param size Side wanted; the entry itself is given for undefined or its own.
 * @throws {RangeError} If the size is not a whole number >= 1, or the set has one
 * size only.
 */
export function resized(
  entry: RegistryEntry,
  size: number | undefined,
): RegistryEntry {
  const { shape, margin = 0, resizable = false, splits } = entry;
  if (size === undefined) return entry;
  const fail = (expected: string) => {
    throw new RangeError(
      `Cannot open ${entry.title}: size is ${size}, expected ${expected}`,
    );
  };
  if (!Number.isSafeInteger(size) || size < 1) fail("a whole number >= 1");
  if (!resizable) fail("none: its images have one size");
  if (size === shape[1]) return entry;
  const { digest: _, ...train } = splits.train;
  const { digest: __, ...test } = splits.test;
  return {
    ...entry,
    shape: [shape[0], size, size],
    margin: Math.round(margin * size / shape[1]),
    splits: { train, test },
  };
}

let loaded: Registry | undefined;

/** The project's registry, datasets/registry.yaml. */
export function loadRegistry(): Registry {
  loaded ??= parseRegistry(
    Deno.readTextFileSync(
      new URL("../../datasets/registry.yaml", import.meta.url),
    ),
  );
  return loaded;
}

/** Names of the data sets that can be opened, sorted. */
export function dataSetNames(): readonly string[] {
  return Object.keys(loadRegistry()).sort();
}
