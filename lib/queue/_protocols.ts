/**
 * Which versions of the protocol a server's producers speak. Another version's
 * workers would wait for ever: they are told.
 *
 * @module
 */

import type { Redis } from "ioredis";
import { UsageError } from "../cli/mod.ts";
import { PREFIX, PROTOCOL } from "./names.ts";

/** A producer that has not said it for so long is gone. */
const SECONDS = 60;

const INDEX = `${PREFIX}:protocols`;
const keyOf = (protocol: number | string) => `${PREFIX}:protocol:${protocol}`;

/** Tells that a producer of this version is there; to be said again. */
export async function speakProtocol(redis: Redis): Promise<void> {
  await redis.set(keyOf(PROTOCOL), "1", "EX", SECONDS);
  await redis.sadd(INDEX, `${PROTOCOL}`);
}

/**
 * @throws {UsageError} If there are producers and all are of other versions.
 */
export async function checkProtocol(
  redis: Redis,
  origin: string,
): Promise<void> {
  const versions = await redis.smembers(INDEX);
  const spoken: string[] = [];
  for (const version of versions) {
    if (await redis.exists(keyOf(version)) === 1) spoken.push(version);
  }
  if (spoken.length === 0 || spoken.includes(`${PROTOCOL}`)) return;
  throw new UsageError(
    `--queue: those who use the server at "${origin}" speak protocol ${
      spoken.join(" and ")
    }, this program speaks ${PROTOCOL}; bring both to the same version`,
  );
}
