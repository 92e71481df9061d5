import type { Redis } from "ioredis";
import { z } from "zod";

/** What a worker tells of itself, for `queue status` and for those who wait. */
export interface WorkerPresence {
  /** Its own, for its life. */
  readonly id: string;
  /** Name of the queue that it takes from. */
  readonly queue: string;
  /** Version of the messages that it speaks. */
  readonly protocol: number;
  /** What its results depend on. */
  readonly engine: {
    /** "onednn", for example. */
    readonly name: string;
    /** Version of the engine. */
    readonly version: string;
    /** Instructions of the processor that it uses. */
    readonly instructionSet: string;
  };
  /** Students trained at once. */
  readonly threads: number;
  /** Name of its machine. */
  readonly host: string;
  /** Number of its process there. */
  readonly pid: number;
  /** For how long it has been there. */
  readonly upSeconds: number;
  /** Students in training. */
  readonly running: number;
  /** Trainings that it has answered. */
  readonly done: number;
}

const schema: z.ZodType<WorkerPresence> = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,100}$/),
  queue: z.string().max(200),
  protocol: z.int().min(1),
  engine: z.strictObject({
    name: z.string().max(100),
    version: z.string().max(100),
    instructionSet: z.string().max(200),
  }),
  threads: z.int().min(1).max(1024),
  host: z.string().max(253),
  pid: z.int().min(0),
  upSeconds: z.number().min(0),
  running: z.int().min(0),
  done: z.int().min(0),
});

/** A worker that was not heard of for so long is no longer listed. */
export const PRESENCE_SECONDS = 60;

/** Ids of the workers there were lately; each has a key that expires. */
const INDEX = "n2n:workers";

function keyOf(id: string): string {
  return `n2n:worker:${id}`;
}

/**
 * Tells that a worker is there; to be said again well within
 * {@link PRESENCE_SECONDS}, every 15 s for example.
 *
 * @param redis Connection to the queue's server.
 * @param presence What it tells.
 */
export async function announce(
  redis: Redis,
  presence: WorkerPresence,
): Promise<void> {
  const text = JSON.stringify(schema.parse(presence));
  await redis.set(keyOf(presence.id), text, "EX", PRESENCE_SECONDS);
  await redis.sadd(INDEX, presence.id);
}

/**
 * Takes a worker off the list when it leaves.
 *
 * @param redis Connection to the queue's server.
 * @param id Its id.
 */
export async function withdraw(redis: Redis, id: string): Promise<void> {
  await redis.del(keyOf(id));
  await redis.srem(INDEX, id);
}

/**
 * The workers that are there, by id. What cannot be understood, of a later version
 * for example, is left out.
 *
 * @param redis Connection to the queue's server.
 */
export async function readPresences(
  redis: Redis,
): Promise<readonly WorkerPresence[]> {
  const ids = (await redis.smembers(INDEX)).toSorted();
  if (ids.length === 0) return [];
  const texts = await redis.mget(ids.map(keyOf));
  const gone = ids.filter((_, index) => texts[index] === null);
  if (gone.length > 0) await redis.srem(INDEX, ...gone);
  return texts.flatMap((text) => {
    const result = schema.safeParse(parseJson(text));
    return result.success ? [result.data] : [];
  });
}

function parseJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
