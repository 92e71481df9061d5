/** What {@link movingAverage} gives. */
export interface Baseline {
  /** b of this iteration: subtract it from each of its rewards. */
  readonly baseline: number;
  /** The average to hand to the next iteration; part of a checkpoint. */
  readonly next: number;
}

/** Options of {@link movingAverage}. */
export interface MovingAverageOptions {
  /**
   * Weight of the past, 0 <= decay <= 1. 0 gives the mean reward of the
   * iteration before. Default 0.8.
   */
  readonly decay?: number;
}

/** About the last five iterations count; the paper names no value. */
const DEFAULT_DECAY = 0.8;

/**
 * The baseline of REINFORCE (paper section 3.4): an exponential moving average
 * of the mean rewards of earlier iterations, so that b never depends on the
 * rewards it is subtracted from. The first iteration has no earlier one and
 * takes its own mean: 0 would reinforce every first rollout alike.
 *
 * @param previous The `next` of the iteration before; undefined at the first.
 * @param rewards Rewards of this iteration's rollouts, at least one.
 * @param options Decay.
 * @returns This iteration's baseline and the average for the next.
 * @throws {RangeError} If there is no reward, or the decay is out of range.
 */
export function movingAverage(
  previous: number | undefined,
  rewards: readonly number[],
  options: MovingAverageOptions = {},
): Baseline {
  const { decay = DEFAULT_DECAY } = options;
  if (!(decay >= 0 && decay <= 1)) {
    throw new RangeError(
      `Cannot average the rewards: decay is ${decay}, expected a number in [0, 1]`,
    );
  }
  if (rewards.length === 0) {
    throw new RangeError(
      "Cannot average the rewards: the number of rewards is 0, expected at least 1",
    );
  }
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) /
    rewards.length;
  if (previous === undefined) return { baseline: mean, next: mean };
  return {
    baseline: previous,
    next: decay * previous + (1 - decay) * mean,
  };
}

/**
 * The baseline that needs no past: for each rollout the mean reward of the
 * others of its iteration, which does not depend on its own (RLOO: Kool et al.,
 * "Buy 4 REINFORCE samples, get a baseline for free", 2019). The advantages sum
 * to 0, so a hard iteration and an easy one teach alike.
 *
 * @param rewards Rewards of one iteration's rollouts, at least two.
 * @returns One baseline for each rollout: subtract it from that one's reward.
 * @throws {RangeError} If there are fewer than two rewards.
 */
export function leaveOneOut(rewards: readonly number[]): number[] {
  if (rewards.length < 2) {
    throw new RangeError(
      `Cannot average the other rewards: the number of rewards is ${rewards.length}, expected at least 2`,
    );
  }
  return rewards.map((_, k) =>
    rewards.reduce((sum, reward, j) => (j === k ? sum : sum + reward), 0) /
    (rewards.length - 1)
  );
}

/**
 * The baseline of the authors' release: the sum of the mean rewards of all earlier
 * iterations by one more than their number. It starts at 0, and forgets nothing.
 *
 * @param previous The `next` of the iteration before; undefined at the first.
 * @param rewards Rewards of this iteration's rollouts, at least one.
 * @param iteration Number of this iteration, from 0.
 * @returns This iteration's baseline and the one for the next.
 */
export function shrunkenMean(
  previous: number | undefined,
  rewards: readonly number[],
  iteration: number,
): Baseline {
  const { next: mean } = movingAverage(undefined, rewards);
  const baseline = previous ?? 0;
  return {
    baseline,
    next: (baseline * (iteration + 1) + mean) / (iteration + 2),
  };
}
