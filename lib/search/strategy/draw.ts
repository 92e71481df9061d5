/**
 * Action sequences without a policy: drawn whole, or one changed in a few places.
 *
 * @module
 */

import type { Random } from "../../random/mod.ts";
import type { ActionSpace } from "../space/action_space.ts";

/**
 * Draws an action for every free decision; fixed ones stay neutral.
 *
 * @param space What is decided.
 * @param random One number is drawn a free decision, in order.
 * @param keepBias Added to the logit of the neutral action; 0 draws all alike.
 */
export function drawActions(
  { sequence, actionCount, neutral }: ActionSpace,
  random: Random,
  keepBias: number,
): readonly number[] {
  const weight = Math.exp(keepBias);
  const weights = Array.from(
    { length: actionCount },
    (_, action) => action === neutral ? weight : 1,
  );
  const sum = weights.reduce((all, each) => all + each, 0);
  const probabilities = weights.map((each) => each / sum);
  return sequence.mask.map((free) =>
    free ? random.categorical(probabilities) : neutral
  );
}

/**
 * Changes some free decisions to another action each.
 *
 * @param space What is decided.
 * @param random Where the choice is drawn from.
 * @param change The sequence to start from, and how many decisions change, at most
 * all that are free.
 */
export function mutate(
  { sequence, actionCount }: ActionSpace,
  random: Random,
  { actions, changes }: {
    readonly actions: readonly number[];
    readonly changes: number;
  },
): readonly number[] {
  const free = sequence.mask.flatMap((each, decision) =>
    each ? [decision] : []
  );
  const changed = [...actions];
  for (let left = Math.min(changes, free.length); left > 0; left--) {
    const [decision] = free.splice(random.integer(free.length), 1);
    const other = random.integer(actionCount - 1);
    // All actions but the one that is there are equally likely.
    changed[decision!] = other < actions[decision!]! ? other : other + 1;
  }
  return changed;
}
