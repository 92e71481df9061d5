/** Candidates of a stage that was never run. */

import assert from "node:assert/strict";
import { shrinkLayers } from "../../lib/compress/mod.ts";
import { countParameters, networkId } from "../../lib/network/mod.ts";
import type { Candidate } from "../../lib/search/mod.ts";
import { BASE, SHRINK } from "./_search.ts";

/**
 * A student for each share of the channels that is left, best first.
 *
 * @param ratios Far enough apart for each to be another network.
 */
export function candidatesOf(ratios: readonly number[]): readonly Candidate[] {
  return ratios.map((ratio, k) => {
    const outcome = shrinkLayers(BASE, BASE.blocks.map(() => ratio), SHRINK);
    assert(outcome.ok);
    return {
      network: outcome.network,
      origin: outcome.origin,
      networkId: networkId(outcome.network),
      parameters: countParameters(outcome.network),
      reward: 0.9 - k / 10,
      accuracy: 0.8,
      iteration: k,
    };
  });
}
