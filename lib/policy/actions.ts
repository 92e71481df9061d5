import type { PolicyKind } from "./types.ts";

/** The removal policy's action that takes a layer out. */
export const REMOVE = 0;

/** The removal policy's action that leaves a layer in (numbered as the authors did). */
export const KEEP = 1;

/**
 * What the shrinkage policy's actions 0 to 9 multiply a layer's size by (paper
 * section 3.1.2; the authors' release has a list of its own, which draws 0.5
 * five times as often as any other ratio).
 */
export const SHRINK_RATIOS: readonly number[] = Object.freeze(
  [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
);

/**
 * Number of actions at each step.
 *
 * @param kind Which policy.
 */
export function actionCount(kind: PolicyKind): number {
  return kind === "removal" ? 2 : SHRINK_RATIOS.length;
}

/**
 * The action that leaves a layer as it is: {@link KEEP}, or the index of ratio
 * 1. Steps without a free decision take it. Always the last action.
 *
 * @param kind Which policy.
 */
export function neutralAction(kind: PolicyKind): number {
  return actionCount(kind) - 1;
}

/**
 * A removal rollout's actions as decisions.
 *
 * @param actions One of {@link REMOVE} and {@link KEEP} for each leaf.
 * @returns True for each leaf that stays.
 */
export function keepDecisions(actions: readonly number[]): boolean[] {
  return actions.map((action) => action === KEEP);
}

/**
 * A shrinkage rollout's actions as ratios.
 *
 * @param actions An index into {@link SHRINK_RATIOS} for each leaf.
 * @returns One ratio in (0, 1] for each leaf.
 * @throws {RangeError} If an action is no such index.
 */
export function shrinkRatios(actions: readonly number[]): number[] {
  return actions.map((action) => {
    const ratio = SHRINK_RATIOS[action];
    if (ratio === undefined) {
      throw new RangeError(
        `Cannot read a shrinkage action: action is ${action}, expected an integer in [0, 9]`,
      );
    }
    return ratio;
  });
}
