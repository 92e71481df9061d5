/**
 * Training data as bytes on the server: a manifest that names the arrays. Data that
 * share images share their bytes.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { z } from "zod";
import { type Labels, storedShape } from "../data/mod.ts";
import type { TrainingData } from "../training/mod.ts";
import {
  type Blob,
  blobOf,
  blobSchema,
  getBlob,
  keepBlob,
  type PieceCache,
  putBlob,
} from "./_blobs.ts";

/** Largest array: 16 GiB. */
const ARRAY_BYTES = 2 ** 34;
/** Most views with a teacher's logits. */
const MOST_VIEWS = 4096;

const array = blobSchema(ARRAY_BYTES);
const size = z.int().min(1).max(2 ** 20);
const perChannel = z.array(z.number()).min(1).max(1024);

const manifestSchema = z.strictObject({
  mean: perChannel,
  std: perChannel,
  count: z.int().min(1).max(2 ** 31),
  shape: z.tuple([size, size, size]),
  margin: z.int().min(0).max(2 ** 16).exactOptional(),
  classCount: size,
  /** Of one label. */
  labelBytes: z.union([z.literal(1), z.literal(2)]),
  images: array,
  labels: array,
  train: array,
  validation: array,
  teacherLogits: z.array(array).max(MOST_VIEWS),
});

type Manifest = z.infer<typeof manifestSchema>;

/** Training data under names. */
export interface PackedData {
  /** Name of the manifest. */
  readonly blob: Blob;
  /** The manifest. */
  readonly manifest: Uint8Array;
  /** Its arrays. */
  readonly arrays: readonly NamedArray[];
}

interface NamedArray {
  readonly blob: Blob;
  readonly bytes: Uint8Array;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** Names of arrays that were named before, for naming reads them whole. */
const named = new WeakMap<Numbers, NamedArray>();

function nameArray(array: Numbers): NamedArray {
  const known = named.get(array);
  if (known !== undefined) return known;
  const { buffer, byteOffset, byteLength } = array;
  // Little-endian, as all machines are that Deno runs on.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const entry = { blob: blobOf(bytes), bytes };
  named.set(array, entry);
  return entry;
}

/** Names training data. The id is no part of it. */
export function packData(
  { images: split, mean, std, train, validation, teacherLogits }: TrainingData,
): PackedData {
  const arrays = {
    images: nameArray(split.images),
    labels: nameArray(split.labels),
    train: nameArray(train),
    validation: nameArray(validation),
  };
  const logits = teacherLogits.map(nameArray);
  const manifest: Manifest = {
    mean: [...mean],
    std: [...std],
    count: split.count,
    shape: [...split.shape],
    ...(split.margin === undefined ? {} : { margin: split.margin }),
    classCount: split.classCount,
    labelBytes: split.labels.BYTES_PER_ELEMENT === 2 ? 2 : 1,
    images: arrays.images.blob,
    labels: arrays.labels.blob,
    train: arrays.train.blob,
    validation: arrays.validation.blob,
    teacherLogits: logits.map(({ blob }) => blob),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return {
    blob: blobOf(bytes),
    manifest: bytes,
    arrays: [...Object.values(arrays), ...logits],
  };
}

/** Makes sure that packed data are on the server, and stay for so long. */
export async function putData(
  redis: Redis,
  { blob, manifest, arrays }: PackedData,
  seconds: number,
): Promise<void> {
  for (const { bytes, blob } of arrays) {
    await putBlob(redis, bytes, { seconds, blob });
  }
  // Last: where it is, its arrays are.
  await putBlob(redis, manifest, { seconds, blob });
}

/** Whether packed data are on the server still; if so they stay for so long. */
export async function keepData(
  redis: Redis,
  { blob, arrays }: PackedData,
  seconds: number,
): Promise<boolean> {
  const there = await Promise.all(
    [blob, ...arrays.map(({ blob }) => blob)].map((each) =>
      keepBlob(redis, each, seconds)
    ),
  );
  return there.flat().every(Boolean);
}

/** Reads training data from the server, each array once in a process. */
export interface DataReader {
  /**
   * Data on shared memory, under the manifest's name as their id.
   *
   * @returns undefined where something of them is not on the server.
   * @throws {TypeError} If they are no training data.
   */
  read(manifest: Blob): Promise<TrainingData | undefined>;
  /** Bytes of all arrays that are held. */
  readonly heldBytes: () => number;
  /** Lets go of all. */
  clear(): void;
}

/** A reader. */
export function createDataReader(
  redis: Redis,
  cache?: PieceCache,
): DataReader {
  const held = new Map<string, Promise<SharedArrayBuffer | undefined>>();
  /** What was read, by its manifest: most jobs are about the same data. */
  const whole = new Map<string, Promise<TrainingData | undefined>>();
  let bytes = 0;

  async function fetchArray(
    blob: Blob,
  ): Promise<SharedArrayBuffer | undefined> {
    const into = new Uint8Array(new SharedArrayBuffer(blob.bytes));
    const options = cache === undefined ? { into } : { into, cache };
    return (await getBlob(redis, blob, options))?.buffer;
  }

  async function arrayOf(blob: Blob): Promise<SharedArrayBuffer | undefined> {
    const key = blob.pieces.join();
    const known = held.get(key);
    if (known !== undefined) return await known;
    const promise = fetchArray(blob);
    held.set(key, promise);
    const array = await promise.catch(() => undefined);
    if (array === undefined) held.delete(key);
    else bytes += array.byteLength;
    return await promise;
  }

  async function fetchData(blob: Blob): Promise<TrainingData | undefined> {
    const text = await getBlob(redis, blob);
    if (text === undefined) return undefined;
    const manifest = parseManifest(text);
    const buffers = [];
    for (const each of arraysOf(manifest)) {
      const buffer = await arrayOf(each);
      if (buffer === undefined) return undefined;
      buffers.push(buffer);
    }
    return assemble(blob.pieces.join(), manifest, buffers);
  }

  return {
    heldBytes: () => bytes,
    clear() {
      held.clear();
      whole.clear();
      bytes = 0;
    },
    async read(blob) {
      const key = blob.pieces.join();
      const known = whole.get(key);
      if (known !== undefined) return await known;
      const promise = fetchData(blob);
      whole.set(key, promise);
      const data = await promise.catch(() => undefined);
      if (data === undefined) whole.delete(key);
      return await promise;
    },
  };
}

function parseManifest(bytes: Uint8Array): Manifest {
  const manifest = manifestSchema.parse(
    JSON.parse(new TextDecoder().decode(bytes)),
  );
  const { count, classCount, labelBytes, mean, std, shape } = manifest;
  const [channels, height, width] = storedShape(manifest);
  const sizes = [
    manifest.images.bytes === count * channels * height * width,
    manifest.labels.bytes === count * labelBytes,
    manifest.train.bytes % 4 === 0,
    manifest.validation.bytes % 4 === 0,
    manifest.teacherLogits.every(({ bytes }) =>
      bytes === 4 * count * classCount
    ),
    mean.length === shape[0] && std.length === shape[0],
  ];
  if (sizes.every(Boolean)) return manifest;
  throw new TypeError(
    "Cannot read training data: the arrays' sizes do not fit together",
  );
}

function arraysOf(
  { images, labels, train, validation, teacherLogits }: Manifest,
): readonly Blob[] {
  return [images, labels, train, validation, ...teacherLogits];
}

function assemble(
  id: string,
  { mean, std, count, shape, margin, classCount, labelBytes }: Manifest,
  [images, labels, train, validation, ...logits]: readonly SharedArrayBuffer[],
): TrainingData {
  const data: TrainingData = {
    id,
    mean,
    std,
    images: {
      images: new Uint8Array(images!),
      labels:
        (labelBytes === 2
          ? new Uint16Array(labels!)
          : new Uint8Array(labels!)) as Labels<SharedArrayBuffer>,
      count,
      shape,
      ...(margin === undefined ? {} : { margin }),
      classCount,
    },
    train: new Uint32Array(train!),
    validation: new Uint32Array(validation!),
    teacherLogits: logits.map((each) => new Float32Array(each)),
  };
  const areRows = [data.train, data.validation].every((rows) =>
    rows.every((row) => row < count)
  );
  const areLabels = data.images.labels.every((label) => label < classCount);
  if (areRows && areLabels) return data;
  throw new TypeError(
    "Cannot read training data: a row or a label is out of range",
  );
}
