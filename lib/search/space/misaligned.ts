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
  const all = leaves(base);
  const isOnShortcut = ({ residual }: typeof all[number]) =>
    residual?.place === "shortcut";
  // Of each step the leaf that its action is for.
  const targets = all.filter((leaf) => !isOnShortcut(leaf))
    .map(({ index }) => index);
  // The last steps name, in turn, those for which no action is.
  const others = all.filter(isOnShortcut).map(({ index }) => index);
  return {
    ...space,
    decisions: [...targets, ...others].map((leaf) => decisions[leaf]!),
    sequence: {
      features: sequence.features,
      mask: sequence.mask.map((_, step) =>
        step < targets.length && sequence.mask[targets[step]!]!
      ),
    },
    apply(actions) {
      const placed = decisions.map(() => neutral);
      for (const [step, leaf] of targets.entries()) {
        placed[leaf] = actions[step]!;
      }
      return space.apply(placed);
    },
  };
}
