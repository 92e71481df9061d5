/**
 * Names on a queue's server: of queues, jobs and keys.
 *
 * @module
 */

import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { type EngineIdentity, engineIdentity } from "../search/mod.ts";

/**
 * Version of what producers and workers say to each other; raised with every
 * change that the other side would misunderstand.
 */
export const PROTOCOL = 2;

/** In front of all keys that BullMQ makes. */
export const PREFIX = "n2n";

/** Digits of an engine's digest in a queue's name. */
const DIGITS = 16;

/**
 * Name of the queue of an engine's jobs. Another version, instruction set or
 * protocol has another queue: it never sees them.
 */
export function queueName(engine: EngineIdentity): string {
  const digest = sha256Hex(canonicalJson(engineIdentity(engine)));
  return `n2n-${PROTOCOL}-${digest.slice(0, DIGITS)}`;
}

/** Ids of jobs: a key as a BullMQ id must not look like a number nor have a ":". */
export const JOB_ID: RegExp = /^[ep]-[0-9a-f]{64}$/;

/** Id of a job that trains, `e-`, or predicts, `p-`. */
export function jobId(kind: "evaluate" | "predict", key: string): string {
  return `${kind === "evaluate" ? "e" : "p"}-${key}`;
}

/** Key of a piece of bytes. */
export function pieceKey(digest: string): string {
  return `${PREFIX}:piece:${digest}`;
}

/** Key of a finished job's answer. */
export function answerKey(queue: string, job: string): string {
  return `${PREFIX}:answer:${queue}:${job}`;
}

/** Key that says where a job's last checkpoint is. */
export function checkpointKey(queue: string, job: string): string {
  return `${PREFIX}:checkpoint:${queue}:${job}`;
}

/** Key of the set of all queues that there were. */
export const QUEUES_KEY: string = `${PREFIX}:queues`;
