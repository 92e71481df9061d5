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
  transferable,
  unpackPolicyState,
  withFreshOptimiser,
} from "../../policy/mod.ts";
import { randomStream } from "../../random/mod.ts";
import {
  rolloutStream,
  type Scored,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

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
  /** Whether every decision has a learned logit beside the LSTM's. */
  readonly leafLogits: boolean;
  /** Weight of the policy's entropy in its loss, >= 0. */
  readonly entropyWeight: number;
  /** Whether that weight falls to 0 by the last iteration. */
  readonly entropyFalls: boolean;
  /** Added at the start to the logit of "keep" or "ratio 1". */
  readonly initialKeepBias: number;
  /** What a reward is compared with. */
  readonly baseline: "movingAverage" | "leaveOneOut";
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
}

/** A stage's policy before its first update; dispose of it. */
function createStagePolicy(
  { space, seed, config, start }: ReinforceOptions,
): Policy {
  const inputSize = space.sequence.features[0]!.length;
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
  const { space: { sequence }, config, frozen = false } = options;
  const policy = createStagePolicy(options);
  let average: number | undefined;

  /** What each reward is compared with. */
  function baselines(rewards: readonly number[]): readonly number[] {
    if (config.baseline === "leaveOneOut") return leaveOneOut(rewards);
    const { baseline, next } = movingAverage(average, rewards, {
      decay: config.baselineDecay,
    });
    average = next;
    return rewards.map(() => baseline);
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
      const compared = baselines(scored.map(({ reward }) => reward));
      const update = policy.update(
        sequence,
        scored.map(({ actions, reward }, k) => ({
          actions,
          advantage: reward - compared[k]!,
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
        update,
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
