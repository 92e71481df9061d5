import { drawActions } from "./draw.ts";
import {
  rolloutStream,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

/** Options of {@link randomSearch}. */
export interface RandomOptions extends StrategyOptions {
  /** Added to the logit of the neutral action (keep, ratio 1). */
  readonly initialKeepBias: number;
}

/**
 * Random search: every free decision on its own, nothing is learned. The control
 * that a strategy must beat.
 *
 * @param options Space, seed and bias.
 */
export function randomSearch(options: RandomOptions): Strategy {
  return {
    propose: (iteration, count) =>
      Array.from({ length: count }, (_, rollout) => ({
        actions: drawActions(
          options.space,
          rolloutStream(options, iteration, rollout),
          options.initialKeepBias,
        ),
      })),
    learn: () => ({}),
    state: () => ({ json: {}, blobs: {} }),
    restore: () => {},
    dispose: () => {},
  };
}
