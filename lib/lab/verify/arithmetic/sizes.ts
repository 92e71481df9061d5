/**
 * What follows from a network alone, wherever one stands in a record.
 *
 * @module
 */

import {
  canonical,
  countMacs,
  countParameters,
  type Network,
  networkId,
} from "../../../network/mod.ts";
import type { Claim } from "./claim.ts";

/** What may stand beside a network. */
interface Sized {
  readonly network?: Network;
  readonly networkId?: string;
  readonly parameters?: number;
  readonly macs?: number;
}

/**
 * Ids, parameters and multiply-accumulates beside every network of a record.
 *
 * @param value The record's content, or a part of it.
 * @param path Where that is.
 */
export function* sizeClaims(value: unknown, path = ""): Generator<Claim> {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, each] of value.entries()) {
      yield* sizeClaims(each, `${path}[${i}]`);
    }
    return;
  }
  const { network, ...sizes } = value as Sized;
  if (isNetwork(network)) {
    const redone = {
      networkId: () => networkId(network),
      parameters: () => countParameters(network),
      macs: () => countMacs(network),
    };
    for (const key of ["networkId", "parameters", "macs"] as const) {
      const recorded = sizes[key];
      if (recorded === undefined) continue;
      yield { path: `${path}.${key}`, recorded, redone: redone[key]() };
    }
  }
  for (const [key, each] of Object.entries(value)) {
    if (key === "network" && isNetwork(each)) continue;
    yield* sizeClaims(each, path === "" ? key : `${path}.${key}`);
  }
}

/** In options a network is a name. */
function isNetwork(value: unknown): value is Network {
  if (typeof value !== "object" || value === null) return false;
  canonical(value as Network);
  return true;
}
