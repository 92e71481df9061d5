import type { Redis } from "ioredis";
import { answerKey } from "../names.ts";

/** How many keys a server looks through before it serves others. */
const COUNT = 1000;

/**
 * Keys of a kind.
 *
 * @param redis Connection to the server.
 * @param pattern What they look like, as SCAN reads it.
 */
export async function* keysLike(
  redis: Redis,
  pattern: string,
): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(
      cursor,
      "MATCH",
      pattern,
      "COUNT",
      COUNT,
    );
    if (keys.length > 0) yield keys;
    cursor = next;
  } while (cursor !== "0");
}

/** How many answers are kept, by queue. */
export async function countAnswers(
  redis: Redis,
): Promise<ReadonlyMap<string, number>> {
  // A scan may tell a key twice.
  const jobs = new Map<string, Set<string>>();
  for await (const keys of keysLike(redis, answerKey("*", "*"))) {
    for (const key of keys) {
      const [queue = "", job = ""] = key.split(":").slice(-2);
      jobs.set(queue, (jobs.get(queue) ?? new Set()).add(job));
    }
  }
  return new Map([...jobs].map(([queue, { size }]) => [queue, size]));
}
