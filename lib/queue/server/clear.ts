import { Queue } from "bullmq";
import type { QueueAddress } from "../address.ts";
import { connectQueue } from "../connect.ts";
import { PREFIX, QUEUES_KEY } from "../names.ts";
import { keysLike } from "./_answers.ts";

/** What {@link clearQueue} took away. */
export interface Cleared {
  /** Queues emptied. */
  readonly queues: number;
  /** Keys removed beside their jobs: data, weights, checkpoints, answers. */
  readonly keys: number;
}

/**
 * Empties all queues of a server: jobs, answers, checkpoints, weights and data.
 * What else is on the server stays, and so do the workers. An experiment that waits
 * asks for its students once more.
 *
 * @param address Where it is, and how to get in.
 * @throws {UsageError} If it cannot be reached or lets nobody in.
 */
export async function clearQueue(address: QueueAddress): Promise<Cleared> {
  const redis = await connectQueue(address);
  try {
    const names = await redis.smembers(QUEUES_KEY);
    for (const name of names) {
      const queue = new Queue(name, { connection: redis, prefix: PREFIX });
      // Workers are in the middle of some: they find their jobs gone.
      await queue.obliterate({ force: true });
    }
    let removed = 0;
    for await (const keys of keysLike(redis, `${PREFIX}:*`)) {
      // Who is there, and for which queues, does not change.
      const gone = keys.filter((key) =>
        key !== QUEUES_KEY && !key.startsWith(`${PREFIX}:worker`)
      );
      if (gone.length > 0) removed += await redis.unlink(...gone);
    }
    return { queues: names.length, keys: removed };
  } finally {
    redis.disconnect();
  }
}
