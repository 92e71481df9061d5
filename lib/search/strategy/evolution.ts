import { drawActions, mutate } from "./draw.ts";
import {
  rolloutStream,
  type Scored,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

/** How evolution goes. */
export interface EvolutionConfig {
  /** Sequences that live at a time, >= 1. */
  readonly population: number;
  /** Of them, drawn to find a parent: the best of these, >= 1. */
  readonly tournament: number;
  /** Decisions that a child differs in, >= 1. */
  readonly changes: number;
}

/** Options of {@link evolution}. */
export interface EvolutionOptions extends StrategyOptions {
  /** How it goes. */
  readonly evolution: EvolutionConfig;
  /** Added to the logit of the neutral action in the first population. */
  readonly initialKeepBias: number;
}

/**
 * Regularised evolution (Real et al., AAAI 2019): the best of a tournament has a
 * mutated child, and the oldest dies. The first population is drawn at random.
 *
 * @param options Space, seed, population.
 */
export function evolution(options: EvolutionOptions): Strategy {
  const { space, evolution: { population, tournament, changes } } = options;
  // Oldest first.
  let living: readonly Scored[] = [];
  return {
    propose: (iteration, count) =>
      Array.from({ length: count }, (_, rollout) => {
        const random = rolloutStream(options, iteration, rollout);
        // Children of one iteration are born together: until the population is
        // full each is a stranger.
        if (living.length === 0 || living.length + rollout < population) {
          return {
            actions: drawActions(space, random, options.initialKeepBias),
          };
        }
        const entrants = Array.from(
          { length: tournament },
          () => living[random.integer(living.length)]!,
        );
        const parent = entrants.reduce((best, each) =>
          each.reward > best.reward ? each : best
        );
        return {
          actions: mutate(space, random, { actions: parent.actions, changes }),
        };
      }),
    learn(_, scored) {
      living = [
        ...living,
        ...scored.map(({ actions, reward }) => ({ actions, reward })),
      ].slice(-population);
      return {};
    },
    state: () => ({ json: { living }, blobs: {} }),
    restore({ json }) {
      living = (json as { living: readonly Scored[] }).living;
    },
    dispose: () => {},
  };
}
