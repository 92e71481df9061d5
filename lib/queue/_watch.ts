import type { Redis } from "ioredis";
import { notify, warn } from "../cli/mod.ts";

/** So long the server may be away, or silent, without a word of it. */
const PATIENCE_MS = 3_000;
/** How often it is asked whether it is there. */
const PING_MS = 10_000;

/**
 * Tells when the server is away or does not answer, and when it is back. Nothing
 * is lost meanwhile: commands wait.
 *
 * @param redis The connection.
 * @param origin The server, for people.
 * @returns Ends the watch.
 */
export function watch(redis: Redis, origin: string): () => void {
  let isAway = false;
  let patience: number | undefined;
  let isAsking = false;

  function lost(): void {
    if (isAway || patience !== undefined) return;
    patience = setTimeout(() => {
      isAway = true;
      warn(
        `Queue: the server at ${origin} is away; what is under way goes on and waits for it`,
      );
    }, PATIENCE_MS) as unknown as number;
  }
  function back(): void {
    clearTimeout(patience);
    patience = undefined;
    if (isAway) notify(`Queue: the server at ${origin} is back`);
    isAway = false;
  }
  // A server that is stopped keeps its connections: it is asked.
  const pings = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    const late = setTimeout(lost, PATIENCE_MS);
    try {
      await redis.ping();
      back();
    } catch {
      lost();
    } finally {
      clearTimeout(late);
      isAsking = false;
    }
  }, PING_MS);
  redis.on("close", lost);
  redis.on("ready", back);
  return () => {
    clearInterval(pings);
    clearTimeout(patience);
    redis.off("close", lost);
    redis.off("ready", back);
  };
}
