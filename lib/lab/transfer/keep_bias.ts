/**
 * How much a policy keeps, and the policy from scratch that keeps as much.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import {
  type SearchPlan,
  stageSpace,
  stageStrategy,
} from "../../search/mod.ts";

/** Biases are sought in [-MOST, MOST]: beyond, sigmoids are 0 or 1 in any case. */
const MOST = 40;

/** Bisections: 2 * MOST / 2^60 is below the spacing of doubles of that size. */
const STEPS = 60;

/**
 * Probability of keeping each free decision of layer removal, of the policy that a
 * plan starts with, before any update.
 *
 * @param plan How the search goes, with the trained policy where it has one.
 * @param network The network that is searched.
 */
export function keepProbabilities(
  plan: SearchPlan,
  network: Network,
): readonly number[] {
  const space = stageSpace(plan, "removal", network);
  const strategy = stageStrategy(plan, space);
  try {
    const [{ probabilities } = {}] = strategy.propose(0, 1);
    if (probabilities === undefined) {
      throw new RangeError(
        `Cannot read a policy's probabilities: the strategy "${plan.search}" has no policy, expected one that has`,
      );
    }
    return probabilities.flatMap((row, step) =>
      space.sequence.mask[step] ? [row[space.neutral]!] : []
    );
  } finally {
    strategy.dispose();
  }
}

/**
 * What must be added to the logit of keep, the same for all decisions, so that
 * their mean probability is the one wanted: mean of sigmoid(logit + bias) = rate.
 * The bias of a policy's head is such an addition, as nothing reads its output.
 *
 * @param probabilities Of keeping, before; at least one, each in (0, 1).
 * @param rate The mean wanted, in [0, 1]; at the ends a bias of 40 comes as near
 * as numbers can tell.
 */
export function keepBiasFor(
  probabilities: readonly number[],
  rate: number,
): number {
  const logits = probabilities.map((p) => Math.log(p / (1 - p)));
  const meanAt = (bias: number) =>
    logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit - bias)), 0) /
    logits.length;
  let [low, high] = [-MOST, MOST];
  for (let left = STEPS; left > 0; left--) {
    const middle = (low + high) / 2;
    if (meanAt(middle) < rate) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
