/**
 * The queue's server for those who look at it from outside of this room, who need
 * not know which client this room uses.
 *
 * @module
 */

import type { Redis } from "ioredis";
import type { QueueAddress } from "./address.ts";
import { type ConnectOptions, connectQueue as connect } from "./connect.ts";
import * as presence from "./presence.ts";

/** A checked connection: a `Redis` of ioredis. */
export interface QueueConnection {
  /** Ends it once all that was asked for is answered. */
  quit(): Promise<unknown>;
  /** Ends it now. */
  disconnect(): void;
}

/**
 * Connects to a queue's server and checks that it can serve: it answers, lets us
 * in, is new enough, and evicts nothing. The connection comes back by itself.
 *
 * @param address Where, and how to get in.
 * @param options How long to wait.
 * @throws {UsageError} With the reason and the fix, no secret within.
 */
export function connectQueue(
  address: QueueAddress,
  options?: ConnectOptions,
): Promise<QueueConnection> {
  return connect(address, options);
}

/** Tells that a worker is there; to be said again every 15 s. */
export function announce(
  connection: QueueConnection,
  worker: presence.WorkerPresence,
): Promise<void> {
  return presence.announce(connection as Redis, worker);
}

/** The workers that are there, by id. */
export function readPresences(
  connection: QueueConnection,
): Promise<readonly presence.WorkerPresence[]> {
  return presence.readPresences(connection as Redis);
}
