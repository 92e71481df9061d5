/**
 * How a stage comes to its students: the policy, its random streams, and what its
 * actions do to the network.
 *
 * @module
 */

import {
  type Outcome,
  removalMask,
  removeLayers,
  shrinkLayers,
  shrinkMask,
} from "../compress/mod.ts";
import type { Network } from "../network/mod.ts";
import {
  createPolicy,
  keepDecisions,
  layerFeatures,
  type Policy,
  type Sequence,
  shrinkRatios,
} from "../policy/mod.ts";
import { type Random, randomStream } from "../random/mod.ts";
import type { StageOptions } from "./stage.ts";

/** The part of a stage's options that its proposals depend on. */
export type ProposalOptions = Pick<
  StageOptions,
  "kind" | "base" | "config" | "shrink" | "seed"
>;

/** The student that actions lead to, or why there is none. */
export function applyActions(
  { kind, base, shrink }: ProposalOptions,
  actions: readonly number[],
): Outcome {
  return kind === "removal"
    ? removeLayers(base, keepDecisions(actions), shrink)
    : shrinkLayers(base, shrinkRatios(actions), shrink);
}

/** What the policy reads of the base, and which layers it decides on. */
export function sequenceOf(
  { kind, base, shrink }: ProposalOptions,
): Sequence {
  return {
    features: layerFeatures(base),
    mask: kind === "removal" ? removalMask(base) : shrinkMask(base, shrink),
  };
}

/** A stage's policy before its first update; dispose of it. */
export function createStagePolicy(
  { kind, config, seed }: ProposalOptions,
): Policy {
  return createPolicy(kind, {
    random: randomStream(seed, "policy", kind),
    hidden: config.hidden,
    learningRate: config.learningRate,
    entropyWeight: config.entropyWeight,
    initialKeepBias: config.initialKeepBias,
    normaliseAdvantage: config.normaliseAdvantage,
  });
}

/** One stream for each student of an iteration. */
export function rolloutStreams(
  { kind, config, seed }: ProposalOptions,
  iteration: number,
): readonly Random[] {
  return Array.from(
    { length: config.rollouts },
    (_, rollout) => randomStream(seed, "rollout", kind, iteration, rollout),
  );
}

/**
 * The students that a stage's policy would propose if it never learned, by
 * iteration; undefined for a rejected proposal. Those of the first iteration are
 * the ones that the search will propose.
 *
 * @param options The stage.
 * @param iterations How many iterations are looked at, >= 1.
 */
export function foreseeStudents(
  options: ProposalOptions,
  iterations: number,
): readonly (readonly (Network | undefined)[])[] {
  const sequence = sequenceOf(options);
  const policy = createStagePolicy(options);
  try {
    return Array.from(
      { length: iterations },
      (_, iteration) =>
        policy.sample(sequence, rolloutStreams(options, iteration)).map(
          ({ actions }) => {
            const outcome = applyActions(options, actions);
            return outcome.ok ? outcome.network : undefined;
          },
        ),
    );
  } finally {
    policy.dispose();
  }
}
