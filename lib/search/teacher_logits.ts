/**
 * What a teacher says of the images that its students are trained on: computed by
 * all workers side by side, once for all runs.
 *
 * @module
 */

import type { Augmentation, DataSetHandle } from "../data/mod.ts";
import { type Network, networkId } from "../network/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import type { Blob, Store } from "../store/mod.ts";
import {
  augments,
  PREDICTION_CHUNK,
  type TrainingData,
  type Views,
} from "../training/mod.ts";
import { type EngineIdentity, engineIdentity } from "./evaluation.ts";
import type { Executor } from "./executor.ts";
import { rowsDigest } from "./_subsets.ts";

/** Raised when the logits of the same key would no longer be the same bits. */
const LOGITS_FORMAT = 1;

/**
 * Images of one request: whole chunks of a prediction, few enough that all
 * workers are busy even with the single view of images that are not augmented.
 */
const REQUEST_ROWS = 5 * PREDICTION_CHUNK;

/** Which images a teacher looks at, and who does and keeps it. */
export interface TeacherLogitsOptions {
  /** The teacher. */
  readonly network: Network;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
  /** The data set that the images are of. */
  readonly dataSet: Pick<DataSetHandle, "digest">;
  /** Its training images are looked at; the executor knows them. */
  readonly data: TrainingData;
  /** How the students' views of the images are made. */
  readonly augmentation: Augmentation;
  /** Number of views, >= 1; without augmentation there is but one. */
  readonly views: number;
  /** What the views are drawn from, >= 1. */
  readonly seed: number;
  /** Part of every key. */
  readonly engine: EngineIdentity;
  /** Keeps the logits. */
  readonly store: Store;
  /** Computes them. */
  readonly executor: Executor;
  /** Who goes first where several wait for a worker: the lowest. Default 0. */
  readonly rank?: number;
  /** Told how many images are done, those that the store knew among them. */
  readonly onForward?: (images: number) => void;
}

/**
 * The teacher's logits by view: tables `[images, classes]` in shared memory, by
 * row of the split; rows that nobody is trained on stay 0. What the store has is
 * not computed, and what is computed is put there view by view.
 *
 * @param options See {@link TeacherLogitsOptions}.
 * @throws {InterruptedError} If the executor was interrupted; whole views are kept.
 */
export async function teacherLogits(
  options: TeacherLogitsOptions,
): Promise<readonly Float32Array[]> {
  const { augmentation, seed, data, executor, weights, onForward } = options;
  const isAugmented = augments(augmentation);
  const id = sha256Hex(weights);
  executor.registerWeights(id, weights);
  let forwards = 0;
  const done = (images: number) => {
    forwards += images;
    onForward?.(forwards);
  };
  return await settled(
    Array.from(
      { length: isAugmented ? options.views : 1 },
      async (_, epoch) => {
        const view = isAugmented ? { augmentation, seed, epoch } : undefined;
        return tableOf(data, await logitsOfView(options, { id, view, done }));
      },
    ),
  );
}

/** One view of all training images. */
interface ViewPart {
  /** Id of the teacher's weights. */
  readonly id: string;
  /** The images as they are where undefined. */
  readonly view: Views | undefined;
  /** Told how many more images are done. */
  readonly done: (images: number) => void;
}

/** Logits `[training images, classes]`, from the store or from the workers. */
async function logitsOfView(
  options: TeacherLogitsOptions,
  part: ViewPart,
): Promise<Float32Array> {
  const { store, data: { train, images: { classCount } } } = options;
  const key = viewKey(options, part);
  const known = store.getBlob(key);
  if (known !== undefined) {
    part.done(train.length);
    return floatsOf(known);
  }
  const logits = new Float32Array(train.length * classCount);
  const requests = [];
  for (let from = 0; from < train.length; from += REQUEST_ROWS) {
    const to = Math.min(train.length, from + REQUEST_ROWS);
    requests.push(look(options, { ...part, from, to, logits }));
  }
  await settled(requests);
  // Little-endian, as all machines are that Deno runs on.
  if (store.putBlob(key, new Uint8Array(logits.buffer), "")) return logits;
  // Another process was first: a run that is continued reads its logits.
  return floatsOf(store.getBlob(key)!);
}

/** A store's bytes may begin anywhere in their buffer, numbers may not. */
function floatsOf({ bytes }: Blob): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

/** Lets a worker look at some of the images. */
async function look(
  { executor, network, data, engine, rank = 0 }: TeacherLogitsOptions,
  { id, view, done, from, to, logits }: ViewPart & {
    readonly from: number;
    readonly to: number;
    /** Written: the rows' logits. */
    readonly logits: Float32Array;
  },
): Promise<void> {
  const { classCount } = data.images;
  const answer = await executor.predict({
    network,
    weights: id,
    data: data.id,
    rows: { from, to },
    ...(view === undefined ? {} : { view }),
    engine: engine.name,
  }, { rank });
  const classes = answer.logits.length / (to - from);
  if (classes !== classCount) {
    throw new RangeError(
      `Cannot keep the teacher's logits: it tells ${classes} classes apart, expected the data's ${classCount}`,
    );
  }
  logits.set(answer.logits, from * classCount);
  done(to - from);
}

/** Digest of all that the logits of a view depend on. */
function viewKey(
  { engine, network, dataSet, data }: TeacherLogitsOptions,
  { id, view }: ViewPart,
): string {
  const content = {
    format: LOGITS_FORMAT,
    engine: engineIdentity(engine),
    network: networkId(network),
    weights: id,
    dataSet: dataSet.digest.train,
    mean: data.mean,
    std: data.std,
    rows: rowsDigest(data.train),
    view: view ?? null,
  };
  return `logits/${sha256Hex(canonicalJson(content))}`;
}

/** By row of the split, for threads to share. */
function tableOf(
  { train, images: { count, classCount } }: TrainingData,
  logits: Float32Array,
): Float32Array {
  const table = new Float32Array(new SharedArrayBuffer(4 * count * classCount));
  train.forEach((row, position) =>
    table.set(
      logits.subarray(position * classCount, (position + 1) * classCount),
      row * classCount,
    )
  );
  return table;
}

/** Waits for all, also where one fails: nothing of it is left under way then. */
async function settled<Value>(
  promises: readonly Promise<Value>[],
): Promise<Value[]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
