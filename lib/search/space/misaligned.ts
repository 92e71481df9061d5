import { leaves } from "../../network/mod.ts";
import type { ActionSpace } from "./action_space.ts";

/**
 * The same space with its steps one after the other given to the layers that are
 * not on shortcuts, as the authors' release does: from the first shortcut on, what
 * a policy reads at a step is another layer than the one its action is for, and
 * the last actions are for none. (That fixed layers' actions are drawn and
 * reinforced there too is another fault, which is not repeated.)
 *
 * @param space A space of layer removal with the grain `leaf`.
 * @throws {RangeError} If it is another: its steps are not the network's leaves.
 */
export function misaligned(space: ActionSpace): ActionSpace {
  const { kind, grain, base, sequence, decisions, neutral } = space;
  if (kind !== "removal" || grain !== "leaf") {
    throw new RangeError(
      `Cannot misalign actions: the space is ${kind} by ${grain}, expected removal by leaf`,
    );
  }
  // Of each step the leaf that its action is for.
  const targets = leaves(base)
    .filter(({ residual }) => residual?.place !== "shortcut")
    .map(({ index }) => index);
  const target = (step: number) => targets[step];
  return {
    ...space,
    decisions: decisions.map((own, step) =>
      decisions[target(step) ?? -1] ?? own
    ),
    sequence: {
      features: sequence.features,
      mask: sequence.mask.map((_, step) =>
        sequence.mask[target(step) ?? -1] ?? false
      ),
    },
    apply(actions) {
      const placed = decisions.map(() => neutral);
      for (const [step, action] of actions.entries()) {
        const leaf = target(step);
        if (leaf !== undefined) placed[leaf] = action;
      }
      return space.apply(placed);
    },
  };
}
