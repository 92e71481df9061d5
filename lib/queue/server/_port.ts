import { UsageError } from "../../cli/mod.ts";
import { DEFAULT_PORT } from "../address.ts";

/** Ports that are tried where none was asked for. */
const TRIES = 100;

/**
 * A port that is free: the one asked for, or the first from the usual one on.
 *
 * @param addresses Where the server will listen: it must be free on all of them.
 * @param port What was asked for.
 * @throws {UsageError} If it is taken.
 */
export function choosePort(
  addresses: readonly string[],
  port?: number,
): number {
  if (port !== undefined) {
    const taken = addresses.find((address) => !isFree([address], port));
    if (taken === undefined) return port;
    throw new UsageError(
      `--port ${port}: another program listens there on ${taken}, expected a ` +
        `free port: leave the option out, or name another`,
    );
  }
  for (let at = DEFAULT_PORT; at < DEFAULT_PORT + TRIES; at++) {
    if (isFree(addresses, at)) return at;
  }
  throw new UsageError(
    `Cannot start a queue: ports ${DEFAULT_PORT} to ${
      DEFAULT_PORT + TRIES - 1
    } of ${
      addresses.join(" and ")
    } are taken, expected a free one: --port <number>`,
  );
}

/** Whether a port can be listened on everywhere; whoever may not (below 1024) is told so. */
export function isFree(addresses: readonly string[], port: number): boolean {
  return addresses.every((hostname) => {
    try {
      Deno.listen({ hostname, port }).close();
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return false;
      throw error;
    }
  });
}
