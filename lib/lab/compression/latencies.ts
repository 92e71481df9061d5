/**
 * How long teacher and students of a compression take to predict, where its limits
 * are on that.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import { studentSizes } from "../../reward/mod.ts";
import type { Latency, SizesOf } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsLatency } from "../options/limits.ts";
import type { Session } from "../session/session.ts";

/** Measures a network, or remembers what was measured; undefined where none is needed. */
export type LatencyOf = (network: Network) => Promise<Latency | undefined>;

/**
 * What measures latencies for a compression.
 *
 * @param config Its limits say whether any are needed.
 * @param session What measures.
 */
export function latencyOf(
  config: Pick<CompressionConfig, "limits">,
  { latency }: Pick<Session, "latency">,
): LatencyOf {
  return limitsLatency(config)
    ? (network) => latency.measure(network)
    : () => Promise.resolve(undefined);
}

/**
 * All sizes of a network, with its latency where that is measured.
 *
 * @param measure What measures.
 */
export function sizesBy(measure: LatencyOf): SizesOf {
  return async (network) => {
    const latency = await measure(network);
    return {
      ...studentSizes(network),
      ...(latency === undefined ? {} : { latencyMs: latency.medianMs }),
    };
  };
}
