import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import { mutate } from "./draw.ts";
import {
  rolloutStream,
  type Scored,
  type Strategy,
  type StrategyOptions,
} from "./strategy.ts";

/**
 * Hill climbing from the network as it is: each student differs from the best one
 * so far in one decision, and the best is followed whenever it got better. It stays
 * where it is as long as all of these are rejected or break a limit that is hard.
 *
 * @param options Space and seed.
 */
export function greedy(options: StrategyOptions): Strategy {
  const { space } = options;
  // The network as it is counts as degenerate: it is no smaller.
  let best: Scored = {
    actions: space.sequence.mask.map(() => space.neutral),
    reward: DEGENERATE_REWARD,
  };
  return {
    propose: (iteration, count) =>
      Array.from({ length: count }, (_, rollout) => ({
        actions: mutate(space, rolloutStream(options, iteration, rollout), {
          actions: best.actions,
          changes: 1,
        }),
      })),
    learn(_, scored, worth = ({ reward }) => reward) {
      best = { ...best, reward: worth(best) };
      for (const { actions, reward } of scored) {
        if (reward > best.reward) best = { actions, reward };
      }
      return {};
    },
    state: () => ({ json: { best }, blobs: {} }),
    restore({ json }) {
      best = (json as { best: Scored }).best;
    },
    dispose: () => {},
  };
}
