import { lookup } from "node:dns/promises";
import os from "node:os";
import { UsageError } from "../../cli/mod.ts";

/** Where a server listens, and whom its certificate names. */
export interface ServerHost {
  /** What workers are told. */
  readonly host: string;
  /** The address behind it. */
  readonly address: string;
  /** Whether only this machine reaches it. */
  readonly isLoopback: boolean;
}

/**
 * Finds the address behind the name that workers are to use.
 *
 * @param host A name or an address of this machine.
 * @throws {UsageError} If it is none, or a name by which others would reach
 *   themselves.
 */
export async function findHost(host: string): Promise<ServerHost> {
  const address = await addressOf(host);
  const isLoopback = /^127\.|^::1$/.test(address);
  if (isLoopback && !isLoopbackName(host)) {
    throw new UsageError(
      `--host ${host}: stands for ${address} on this machine, where no other ` +
        `machine could join; expected an address of its network: ${ownAddresses()}`,
    );
  }
  if (/^(0\.0\.0\.0|::)$/.test(address)) {
    throw new UsageError(
      `--host ${host}: is no address that a worker can connect to, expected a ` +
        `name or an address of this machine: ${ownAddresses()}`,
    );
  }
  if (!isLoopback && !listAddresses().includes(address)) {
    throw new UsageError(
      `--host ${host}: stands for ${address}, which is not this machine, expected ` +
        `a name or an address of its own: ${ownAddresses()}`,
    );
  }
  return { host, address, isLoopback };
}

/** Whether a name or an address says "this machine" on every machine. */
export function isLoopbackName(host: string): boolean {
  return /^(localhost$|127\.|::1$)/.test(host);
}

async function addressOf(host: string): Promise<string> {
  // No word of a configuration file but names and addresses.
  if (!/^[\w.:-]+$/.test(host)) {
    throw new UsageError(
      `--host ${host}: expected a name or an address, without port or blanks`,
    );
  }
  try {
    // IPv4 where there is both: every network has it.
    return (await lookup(host, { order: "ipv4first" })).address;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(
      `--host ${host}: no such name (${error.message}), expected a name or an ` +
        `address of this machine: ${ownAddresses()}`,
    );
  }
}

function listAddresses(): readonly string[] {
  return Object.values(os.networkInterfaces()).flatMap((each) =>
    (each ?? []).filter(({ internal }) => !internal)
      .map(({ address }) => address)
  );
}

function ownAddresses(): string {
  return listAddresses().join(", ") || "none but localhost";
}
