import { actionValues } from "../../policy/mod.ts";
import { applyValues } from "./_apply.ts";
import { freedomOf, stepsOf } from "./_steps.ts";
import type { ActionSpace, SpaceOptions } from "./action_space.ts";

/**
 * The action space of a network.
 *
 * - `removal`: 0 removes the free leaves of a decision, 1 keeps them.
 * - `shrinkage`: action i gives them the ratio (i + 1) / 10. With `shrink: "all"`
 *   and the grain `leaf` there is one decision for each free size of a leaf, in
 *   the order kernel, stride, padding, channels, and the rows of the sequence end
 *   in four numbers that say which; elsewhere one ratio is for all sizes.
 * - `joint`: 0 removes the removable leaves of a decision, i >= 1 gives the
 *   shrinkable ones the ratio i / 10. A leaf that can shrink but not be removed
 *   takes the smallest ratio at 0: the smaller the action, the less it leaves,
 *   and a decision means the same for a leaf whatever it is tied to.
 *
 * With the grain `leaf` every leaf has a row, fixed ones with the mask `false`.
 * With the others there are rows only where something is free; what a policy
 * reads there are the features of the group's first leaf, free or not.
 *
 * @param options The base, a valid network, and how it is cut into decisions.
 * @throws {RangeError} When the network or `minChannels` is not valid.
 *
 * @example
 * ```ts
 * import { createSpace } from "./create_space.ts";
 * import { resnet } from "../../network/mod.ts";
 *
 * const space = createSpace({
 *   kind: "removal",
 *   base: resnet({ depth: 18, input: [3, 32, 32], classes: 10 }),
 *   grain: "block",
 *   shrink: {},
 * });
 * space.bits; // 9: the stem's batch norm and ReLU, and eight bodies
 * space.apply([1, 0, 1, 1, 1, 1, 1, 1, 1]); // without the first body
 * ```
 */
export function createSpace(options: SpaceOptions): ActionSpace {
  const { kind, base, grain } = options;
  const freedom = freedomOf(options);
  const { decisions, sequence } = stepsOf(options, freedom);
  const values = actionValues(kind);
  const actionCount = values.length;
  const freeSteps = sequence.mask.filter((isFree) => isFree).length;
  return {
    kind,
    grain,
    base,
    decisions,
    sequence,
    actionCount,
    neutral: actionCount - 1,
    values,
    bits: freeSteps * Math.log2(actionCount),
    apply(actions) {
      assertActions(actions, { count: decisions.length, values });
      return applyValues(
        options,
        { decisions, freedom },
        actions.map((action) => values[action]!),
      );
    },
  };
}

function assertActions(
  actions: readonly number[],
  { count, values }: {
    readonly count: number;
    readonly values: readonly number[];
  },
): void {
  if (actions.length !== count) {
    throw new RangeError(
      `Cannot apply actions: their number is ${actions.length}, expected ${count} (one per decision)`,
    );
  }
  for (const [step, action] of actions.entries()) {
    if (values[action] === undefined) {
      throw new RangeError(
        `Cannot apply actions: action ${step} is ${action}, expected an integer in [0, ${
          values.length - 1
        }]`,
      );
    }
  }
}
