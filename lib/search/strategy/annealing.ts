import { drawActions, mutate } from "./draw.ts";
import {
  lessonStream,
  rolloutStream,
  type Scored,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

/** How simulated annealing goes. */
export interface AnnealingConfig {
  /** Temperature at the start, in units of reward, > 0. */
  readonly temperature: number;
  /** Decisions that a neighbour differs in, >= 1. */
  readonly changes: number;
}

/** Options of {@link annealing}. */
export interface AnnealingOptions extends StrategyOptions {
  /** How it goes. */
  readonly annealing: AnnealingConfig;
  /** Iterations of the stage: the temperature falls linearly to 0 with them. */
  readonly iterations: number;
  /** Added to the logit of the neutral action in the first sequence. */
  readonly initialKeepBias: number;
}

/**
 * Simulated annealing (Kirkpatrick et al. 1983), with as many neighbours an
 * iteration as there are rollouts: each is looked at in order, and taken if it is
 * better or by chance exp((R' - R) / T).
 *
 * @param options Space, seed, temperature.
 */
export function annealing(options: AnnealingOptions): Strategy {
  const { space, annealing: { temperature, changes }, iterations } = options;
  let current: Scored | undefined;
  return {
    propose: (iteration, count) =>
      Array.from({ length: count }, (_, rollout) => {
        const random = rolloutStream(options, iteration, rollout);
        return {
          actions: current === undefined
            ? drawActions(space, random, options.initialKeepBias)
            : mutate(space, random, { actions: current.actions, changes }),
        };
      }),
    learn(iteration, scored, worth = ({ reward }) => reward) {
      if (current !== undefined) {
        current = { ...current, reward: worth(current) };
      }
      const random = lessonStream(options, iteration);
      const heat = temperature * (1 - iteration / iterations);
      for (const { actions, reward } of scored) {
        // Drawn in any case, so that a decision shifts no other.
        const luck = random.uniform();
        const isTaken = current === undefined || reward >= current.reward ||
          luck < Math.exp((reward - current.reward) / heat);
        if (isTaken) current = { actions, reward };
      }
      return {};
    },
    state: () => ({ json: { current: current ?? null }, blobs: {} }),
    restore({ json }) {
      current = (json as { current: Scored | null }).current ?? undefined;
    },
    dispose: () => {},
  };
}
