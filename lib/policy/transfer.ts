import { LEAF_LOGITS } from "./_network.ts";
import { GROUPS } from "./_tensors.ts";
import { actionCount } from "./actions.ts";
import type { PolicyState } from "./types.ts";

/**
 * The same parameters with Adam at its start: how a policy trained on one
 * teacher is carried to another (paper section 4.6).
 *
 * @param state A trained policy's state.
 * @returns A state at step 0 with moments of zero.
 */
export function withFreshOptimiser(state: PolicyState): PolicyState {
  const arrays = Object.entries(state.arrays).map(([name, array]) => [
    name,
    name.startsWith("parameters/")
      ? array.slice()
      : new Float32Array(array.length),
  ]);
  return { ...state, step: 0, arrays: Object.fromEntries(arrays) };
}

/** Options of {@link transferable}. */
export interface TransferOptions {
  /** Steps of the next network; logits of 0 for each take the dropped ones' place. */
  readonly leafLogits?: number;
}

/**
 * The part of a state that means something on another network: all but the
 * logits of single leaves, whose number and meaning are the network's.
 *
 * @param state Of any policy.
 * @param options For a next policy that has logits of leaves itself.
 * @returns A state that policies with those `leafLogits` (default: without any)
 * can restore.
 */
export function transferable(
  state: PolicyState,
  options: TransferOptions = {},
): PolicyState {
  const { leafLogits } = options;
  const arrays = Object.fromEntries(
    Object.entries(state.arrays)
      .filter(([name]) => !name.endsWith(`/${LEAF_LOGITS}`))
      .map(([name, array]) => [name, array.slice()]),
  );
  if (leafLogits !== undefined) {
    for (const group of GROUPS) {
      arrays[`${group}/${LEAF_LOGITS}`] = new Float32Array(
        leafLogits * actionCount(state.kind),
      );
    }
  }
  return { ...state, arrays };
}
