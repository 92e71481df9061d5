import {
  createPolicy,
  entropyAt,
  type FeatureSet,
  layerFeatureCount,
  leaveOneOut,
  movingAverage,
  packPolicyState,
  type Policy,
  type PolicyState,
  type Recurrence,
  type Rollout,
  shrunkenMean,
  transferable,
  unpackPolicyState,
  type UpdateOptions,
  type UpdateReport,
  USUAL_RECURRENCE,
  withFreshOptimiser,
} from "../../policy/mod.ts";
import { randomStream } from "../../random/mod.ts";
import type { Fault } from "../faults.ts";
import {
  rolloutStream,
  type Scored,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

/** What rewards may be compared with, the paper's first. */
export const BASELINES = ["movingAverage", "leaveOneOut", "none"] as const;

/** How a policy is made and trained. */
export interface PolicyConfig {
  /** Policy updates of the stage, >= 1. */
  readonly iterations: number;
  /** Adam's step size for the policy, > 0. */
  readonly learningRate: number;
  /** Units of each LSTM layer and direction, >= 1. */
  readonly hidden: number;
  /** What the policy reads of a layer. */
  readonly features: FeatureSet;
  /** What it knows at a step of the others; undefined: what its kind does. */
  readonly recurrence?: Recurrence | undefined;
  /** Whether every decision has a learned logit beside the LSTM's. */
  readonly leafLogits: boolean;
  /** Weight of the policy's entropy in its loss, >= 0. */
  readonly entropyWeight: number;
  /** Whether that weight falls to 0 by the last iteration. */
  readonly entropyFalls: boolean;
  /** Added at the start to the logit of "keep" or "ratio 1". */
  readonly initialKeepBias: number;
  /** What a reward is compared with. */
  readonly baseline: (typeof BASELINES)[number];
  /** Weight of the past in the moving-average baseline, in [0, 1]. */
  readonly baselineDecay: number;
  /** Whether an update centres the advantages and scales them to deviation 1. */
  readonly normaliseAdvantage: boolean;
  /** Adam steps an update, >= 1; more than one only with `clip`. */
  readonly passes: number;
  /** Clipping of the probability ratio; 0 is none. */
  readonly clip: number;
}

/** Options of {@link reinforce}. */
export interface ReinforceOptions extends StrategyOptions {
  /** How the policy is made and trained. */
  readonly config: PolicyConfig;
  /** A trained policy to start from, whose optimiser starts anew. */
  readonly start?: PolicyState;
  /** Whether the policy stays as it starts: the control of learning. */
  readonly frozen?: boolean;
  /** Faults of the authors' release that are repeated; those of other parts change nothing. */
  readonly faults?: readonly Fault[];
}

/** A stage's policy before its first update; dispose of it. */
function createStagePolicy(
  { space, seed, config, start, faults = [] }: ReinforceOptions,
): Policy {
  const inputSize = space.sequence.features[0]?.length;
  if (inputSize === undefined) {
    throw new RangeError(
      `Cannot create a policy of ${space.kind}: the space has 0 decisions, expected at least 1`,
    );
  }
  const { recurrence = USUAL_RECURRENCE[space.kind] } = config;
  // A space may add numbers to a row: then its features are its own.
  const isPlain = inputSize === layerFeatureCount({ set: config.features });
  const leafLogits = config.leafLogits
    ? { leafLogits: space.sequence.mask.length }
    : {};
  const policy = createPolicy(space.kind, {
    random: randomStream(seed, "policy", space.kind),
    hidden: config.hidden,
    learningRate: config.learningRate,
    entropyWeight: config.entropyWeight,
    initialKeepBias: config.initialKeepBias,
    normaliseAdvantage: config.normaliseAdvantage,
    ...(isPlain ? { features: config.features } : { inputSize }),
    recurrence,
    // Only such policies had it.
    fixedLstm: recurrence === "autoregressive" &&
      faults.includes("untrainedLstm"),
    ...leafLogits,
    passes: config.passes,
    ...(config.clip === 0 ? {} : { clip: config.clip }),
  });
  if (start !== undefined) {
    policy.restore(withFreshOptimiser(transferable(start, leafLogits)));
  }
  return policy;
}

/**
 * The paper's strategy (section 3): a recurrent policy proposes, REINFORCE trains
 * it.
 *
 * @param options Space, seed, policy.
 */
export function reinforce(options: ReinforceOptions): Strategy {
  const { space: { sequence }, config, frozen = false, faults = [] } = options;
  const policy = createStagePolicy(options);
  let average: number | undefined;

  /** What each reward is compared with. */
  function baselines(
    rewards: readonly number[],
    iteration: number,
  ): readonly number[] {
    if (config.baseline === "leaveOneOut") return leaveOneOut(rewards);
    if (config.baseline === "none") return rewards.map(() => 0);
    const { baseline, next } = faults.includes("cumulativeBaseline")
      ? shrunkenMean(average, rewards, iteration)
      : movingAverage(average, rewards, { decay: config.baselineDecay });
    average = next;
    return rewards.map(() => baseline);
  }

  /** The report is that of the first step, as of several passes. */
  function update(
    rollouts: readonly Rollout[],
    entropy: UpdateOptions,
  ): UpdateReport {
    if (!faults.includes("stepPerRollout")) {
      return policy.update(sequence, rollouts, entropy);
    }
    return rollouts.map((each) => policy.update(sequence, [each], entropy))[0]!;
  }

  return {
    propose: (iteration, count) =>
      policy.sample(
        sequence,
        Array.from(
          { length: count },
          (_, rollout) => rolloutStream(options, iteration, rollout),
        ),
      ),
    learn(iteration: number, scored: readonly Scored[]) {
      if (frozen) return {};
      const rewards = creditsOf(scored, faults);
      const compared = baselines(rewards, iteration);
      const report = update(
        scored.map(({ actions }, k) => ({
          actions,
          advantage: rewards[k]! - compared[k]!,
        })),
        config.entropyFalls
          ? {
            entropyWeight: entropyAt(config.entropyWeight, {
              iteration,
              iterations: config.iterations,
            }),
          }
          : {},
      );
      const equal = compared.every((each) => each === compared[0]);
      return {
        baseline: equal
          ? compared[0]!
          : compared.reduce((sum, each) => sum + each, 0) / compared.length,
        update: report,
      };
    },
    state: () => ({
      json: { average: average ?? null },
      blobs: { policy: packPolicyState(policy.state()) },
    }),
    restore({ json, blobs }) {
      policy.restore(unpackPolicyState(blobs.policy!));
      average = (json as { average: number | null }).average ?? undefined;
    },
    dispose: () => policy.dispose(),
  };
}

/** What each rollout is reinforced by. */
function creditsOf(
  scored: readonly Scored[],
  faults: readonly Fault[],
): readonly number[] {
  const rewards = scored.map(({ reward }) => reward);
  if (!faults.includes("sharedReward")) return rewards;
  const mean = rewards.reduce((sum, each) => sum + each, 0) / rewards.length;
  return rewards.map(() => mean);
}
