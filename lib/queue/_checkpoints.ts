import type { Redis } from "ioredis";
import { wallClock } from "../cli/mod.ts";
import { joinedCode, type TrainingProgress } from "../search/mod.ts";
import { decodeCheckpoint } from "../training/mod.ts";
import { type Blob, getBlob, putBlob } from "./_blobs.ts";
import { type Progress, readProgress } from "./_messages.ts";
import { pieceKey } from "./names.ts";

/** Where a training continues. */
export interface Resumption {
  /** The checkpoint. */
  readonly checkpoint: Uint8Array;
  /** Seconds that earlier attempts through the queue took. */
  readonly seconds: number;
  /** Digest of the code of those attempts and of this one. */
  readonly code?: string;
}

/** Checkpoints of one training on the server. */
export interface Checkpoints {
  /** The furthest one that is whole, of this training's and the producer's own. */
  latest(given: Blob | undefined): Promise<Resumption | undefined>;
  /** Puts one there, unless the last is fresh; never rejects. */
  offer(progress: TrainingProgress): void;
  /** Puts one there at all events. */
  hand(progress: TrainingProgress): Promise<void>;
  /** Deletes them: the training is done. */
  clear(): Promise<void>;
}

/** Storing may take this share of a training's time, for large networks. */
const MOST_SHARE = 0.05;

/**
 * @param redis The connection.
 * @param options Under which key, how often and how long.
 */
export function createCheckpoints(
  redis: Redis,
  { key, code, everyMs, seconds, tell, onTrouble }: {
    readonly key: string;
    /** Digest of the code that trains here. */
    readonly code?: string | undefined;
    readonly everyMs: number;
    readonly seconds: number;
    /** Told of each that is there. */
    readonly tell: (progress: Progress) => Promise<void>;
    readonly onTrouble: (error: unknown) => void;
  },
): Checkpoints {
  let last: Progress | undefined;
  let before = 0;
  let by = code;
  let nextMs = wallClock.monotonicMs() + everyMs;
  let storing: Promise<void> | undefined;

  async function store(
    { checkpoint, epochs, seconds: spent }: TrainingProgress,
  ): Promise<void> {
    const startMs = wallClock.monotonicMs();
    const blob = await putBlob(redis, checkpoint, { seconds });
    const progress = {
      checkpoint: blob,
      epochs,
      seconds: before + spent,
      ...(by === undefined ? {} : { code: by }),
    };
    // The pointer last: whoever follows it finds whole bytes.
    await redis.set(key, JSON.stringify(progress), "EX", seconds);
    const old = last;
    last = progress;
    if (old !== undefined) await drop(old.checkpoint, blob);
    await tell(progress);
    const now = wallClock.monotonicMs();
    nextMs = now + Math.max(everyMs, (now - startMs) / MOST_SHARE);
  }

  /** Deletes the pieces of one that no other has. */
  async function drop(old: Blob, kept?: Blob): Promise<void> {
    const gone = old.pieces.filter((piece) => !kept?.pieces.includes(piece));
    if (gone.length > 0) await redis.unlink(gone.map(pieceKey));
  }

  return {
    async latest(given) {
      last = readProgress(await redis.get(key));
      const found = last && await getBlob(redis, last.checkpoint);
      const foundSteps = found === undefined ? undefined : stepsOf(found);
      const theirs = given && await getBlob(redis, given);
      const isTheirs = theirs !== undefined &&
        (stepsOf(theirs) ?? Infinity) >= (foundSteps ?? -1);
      if (isTheirs) return { checkpoint: theirs, seconds: 0 };
      if (foundSteps === undefined) return undefined;
      before = last!.seconds;
      by = joinedCode(last!.code, code);
      return {
        checkpoint: found!,
        seconds: before,
        ...(by === undefined ? {} : { code: by }),
      };
    },
    offer(progress) {
      if (storing !== undefined || wallClock.monotonicMs() < nextMs) return;
      storing = store(progress).catch(onTrouble).finally(() => {
        storing = undefined;
      });
    },
    async hand(progress) {
      await storing;
      await store(progress);
    },
    async clear() {
      await storing;
      await redis.unlink(key);
      if (last !== undefined) await drop(last.checkpoint);
    },
  };
}

/** Steps that a checkpoint has behind it; undefined of what is none. */
function stepsOf(checkpoint: Uint8Array): number | undefined {
  try {
    return decodeCheckpoint(checkpoint).state.step;
  } catch {
    return undefined;
  }
}
