/**
 * What a producer has registered, and its way to the server: whenever a job needs
 * it, and once more when the server has lost it.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { wallClock } from "../cli/mod.ts";
import type { TrainingData } from "../training/mod.ts";
import { type Blob, blobOf, putBlob } from "./_blobs.ts";
import { blobId } from "./_keys.ts";
import {
  keepData,
  packData,
  type PackedData,
  putData,
} from "./_training_data.ts";

/** Registered data and weights. */
export interface Uploads {
  /** Training data by {@link blobId} of their manifest, for workers in this process. */
  readonly own: ReadonlyMap<string, TrainingData>;
  /** Keeps the data, unless data of this id with as many views are there. */
  register(data: TrainingData): void;
  /** Keeps weights. */
  registerWeights(id: string, bytes: Uint8Array): void;
  /** What an id stands for; undefined where it was not registered. */
  readonly data: (id: string) => PackedData | undefined;
  /** What an id stands for; undefined where it was not registered. */
  readonly weights: (id: string) => Uint8Array | undefined;
  /** Name of weights or of a checkpoint; the same array is read once. */
  readonly nameOf: (bytes: Uint8Array) => Blob;
  /** Makes sure that data are on the server. */
  ensureData(data: PackedData): Promise<void>;
  /** Makes sure that bytes are on the server. */
  ensureBytes(bytes: Uint8Array): Promise<void>;
  /** Makes sure of all once more, whatever was seen there a moment ago. */
  doubt(): void;
}

/** What was seen on the server so lately is taken to be there. */
const FRESH_MS = 60_000;

/** Nothing registered yet. */
export function createUploads(redis: Redis, seconds: number): Uploads {
  const freshMs = Math.min(FRESH_MS, seconds * 1000 / 10);
  const own = new Map<string, TrainingData>();
  const known = new Map<string, TrainingData>();
  const packed = new WeakMap<TrainingData, PackedData>();
  const weights = new Map<string, Uint8Array>();
  const blobs = new WeakMap<Uint8Array, Blob>();
  /** Uploads under way, by name. */
  const underWay = new Map<string, Promise<void>>();

  /** When something was last seen there, by name. */
  const seenMs = new Map<string, number>();

  function nameOf(bytes: Uint8Array): Blob {
    const blob = blobs.get(bytes) ?? blobOf(bytes);
    blobs.set(bytes, blob);
    return blob;
  }

  /** One upload at a time of a name, none of what was just there. */
  async function once(name: string, work: () => Promise<void>): Promise<void> {
    const startMs = wallClock.monotonicMs();
    if (startMs - (seenMs.get(name) ?? -Infinity) < freshMs) return;
    const running = underWay.get(name) ??
      work().finally(() => underWay.delete(name));
    underWay.set(name, running);
    await running;
    seenMs.set(name, startMs);
  }

  return {
    own,
    register(data) {
      const before = known.get(data.id);
      const isNew = before === undefined ||
        before.teacherLogits.length < data.teacherLogits.length;
      if (isNew) known.set(data.id, data);
    },
    registerWeights(id, bytes) {
      if (!weights.has(id)) weights.set(id, bytes);
    },
    data(id) {
      const data = known.get(id);
      if (data === undefined) return undefined;
      // Naming reads the arrays whole: it waits until somebody needs them.
      const pack = packed.get(data) ?? packData(data);
      packed.set(data, pack);
      own.set(blobId(pack.blob), data);
      return pack;
    },
    weights: (id) => weights.get(id),
    ensureData: (data) =>
      once(blobId(data.blob), async () => {
        if (await keepData(redis, data, seconds)) return;
        await putData(redis, data, seconds);
      }),
    nameOf,
    async ensureBytes(bytes) {
      const blob = nameOf(bytes);
      await once(blobId(blob), async () => {
        await putBlob(redis, bytes, { seconds, blob });
      });
    },
    doubt: () => seenMs.clear(),
  };
}
