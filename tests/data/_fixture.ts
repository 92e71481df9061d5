import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Fetch } from "../../lib/data/fetch/download.ts";
import type { OpenEntryOptions } from "../../lib/data/cache/open_entry.ts";
import { canonicalise, splitDigest } from "../../lib/data/cache/canonical.ts";
import { decodeIdxSplit } from "../../lib/data/decoders/idx.ts";
import type { RegistryEntry, Source } from "../../lib/data/registry.ts";
import type { Labels } from "../../lib/data/split.ts";
import { sha256Hex } from "../../lib/random/mod.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A small set with the form of MNIST. */
export interface Fixture {
  readonly entry: RegistryEntry;
  /** Raw files by name. */
  readonly files: Readonly<Record<string, Bytes>>;
}

const FIRST = "http://first.test/";
const SECOND = "http://second.test/";

/** Mirrors of the fixture: one packed, one not. */
export const SOURCES: readonly Source[] = [
  { url: `${FIRST}{file}.gz` },
  { url: `${SECOND}{file}` },
];

/** An IDX file. */
export function idx(dimensions: readonly number[], data: Uint8Array): Bytes {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + data.length);
  bytes.set([0, 0, 8, dimensions.length]);
  const view = new DataView(bytes.buffer);
  dimensions.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  bytes.set(data, 4 + 4 * dimensions.length);
  return bytes;
}

/** A set of random 28x28 images of 10 classes. */
export function makeFixture(
  counts: { readonly train: number; readonly test: number },
): Fixture {
  // A multiplicative hash: cheap, for children make the set anew.
  let state = 0;
  const next = (bound: number) => {
    state = Math.imul(state + 1, 2654435761) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
  const files: Record<string, Bytes> = {};
  const splits: Record<string, unknown> = {};
  for (const split of ["train", "test"] as const) {
    const count = counts[split];
    const images = idx(
      [count, 28, 28],
      Uint8Array.from({ length: count * 784 }, () => next(256)),
    );
    const labels = idx(
      [count],
      Uint8Array.from({ length: count }, () => next(10)),
    );
    files[`${split}-images`] = images;
    files[`${split}-labels`] = labels;
    const options = { shape: [1, 28, 28], classCount: 10, split } as const;
    splits[split] = {
      count,
      digest: splitDigest(
        canonicalise(decodeIdxSplit({ images, labels }, options), options),
      ),
      files: { images: `${split}-images`, labels: `${split}-labels` },
    };
  }
  const entry = {
    title: "the fixture",
    licence: "none",
    citation: "none",
    format: "idx",
    shape: [1, 28, 28],
    classes: [..."0123456789"],
    mean: [0.5],
    std: [0.25],
    splits,
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, {
        bytes: bytes.length,
        sha256: sha256Hex(bytes),
        gzipMd5: createHash("md5").update(gzip(bytes)).digest("hex"),
      }]),
    ),
    sources: [...SOURCES],
  } as unknown as RegistryEntry;
  return { entry, files };
}

/** A gzip file. */
export function gzip(bytes: Uint8Array): Bytes {
  return new Uint8Array(gzipSync(bytes, { level: 1 }));
}

/** What the mirrors serve, by address. */
export function served({ files }: Fixture): Record<string, Bytes> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, bytes]) => [
      [`${FIRST}${name}.gz`, gzip(bytes)],
      [`${SECOND}${name}`, bytes],
    ]),
  );
}

/** A fetch that knows these addresses only, and writes down what it is asked. */
export function fetchOf(
  answers: Readonly<Record<string, Bytes>>,
): { readonly fetch: Fetch; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (url) => {
      asked.push(url);
      const bytes = answers[url];
      if (bytes === undefined) {
        return Promise.resolve(new Response("no", { status: 404 }));
      }
      // Two pieces, as a network would give.
      const half = bytes.length >> 1;
      const body = new ReadableStream<Bytes>({
        start(controller) {
          controller.enqueue(bytes.slice(0, half));
          controller.enqueue(bytes.slice(half));
          controller.close();
        },
      });
      return Promise.resolve(
        new Response(body, {
          headers: { "content-length": `${bytes.length}` },
        }),
      );
    },
  };
}

/** A fetch that asks a server on this machine instead of the mirrors. */
export function fetchFrom(origin: string): Fetch {
  return (url, init) => fetch(`${origin}${new URL(url).pathname}`, init);
}

/** A fetch on a machine without a network. */
export const offline: Fetch = () =>
  Promise.reject(new TypeError("dns error: no such host"));

/** Runs a test in a folder of its own. */
export async function inFolder(
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-data-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every file under a folder, as sorted relative paths. */
export function listFiles(folder: string, under = ""): string[] {
  return [...Deno.readDirSync(`${folder}/${under}`)].flatMap((child) =>
    child.isDirectory
      ? listFiles(folder, `${under}${child.name}/`)
      : [`${under}${child.name}`]
  ).sort();
}

/** Whether two byte arrays are equal, without a diff of a million lines. */
export function sameBytes(a: Labels, b: Labels): boolean {
  const bytes = (array: Labels) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return bytes(a).equals(bytes(b));
}

/** Options that a test may extend. */
export function optionsIn(
  cacheDir: string,
  fetch: Fetch,
): OpenEntryOptions {
  return { cacheDir, fetch };
}
