import type { PolicyKind } from "./types.ts";

/** The removal policy's action that takes a layer out; the joint policy's too. */
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

const VALUES: Readonly<Record<PolicyKind, readonly number[]>> = {
  removal: Object.freeze([0, 1]),
  shrinkage: SHRINK_RATIOS,
  joint: Object.freeze([0, ...SHRINK_RATIOS]),
};

/** A joint rollout's actions, read by {@link jointDecisions}. */
export interface JointDecisions {
  /** True for each leaf that stays. */
  readonly keep: boolean[];
  /** One ratio in (0, 1] for each leaf; 1 for a leaf that goes. */
  readonly ratios: number[];
}

/**
 * What each action leaves of a layer: 0 nothing, 1 all of it. Removal has 0 and
 * 1, shrinkage the {@link SHRINK_RATIOS}, joint 0 and then those.
 *
 * @param kind Which policy.
 * @returns One share in [0, 1] for each action, rising, the last 1.
 */
export function actionValues(kind: PolicyKind): readonly number[] {
  return VALUES[kind];
}

/**
 * Number of actions at each step.
 *
 * @param kind Which policy.
 */
export function actionCount(kind: PolicyKind): number {
  return actionValues(kind).length;
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
  return actions.map((action) => valueOf(action, "shrinkage"));
}

/**
 * A joint rollout's actions as decisions of both stages.
 *
 * @param actions For each leaf {@link REMOVE}, or i >= 1 for ratio i / 10.
 * @returns Which leaves stay, and at what ratio.
 * @throws {RangeError} If an action is none of these.
 */
export function jointDecisions(actions: readonly number[]): JointDecisions {
  const values = actions.map((action) => valueOf(action, "joint"));
  return {
    keep: values.map((value) => value > 0),
    ratios: values.map((value) => value > 0 ? value : 1),
  };
}

function valueOf(action: number, kind: PolicyKind): number {
  const value = actionValues(kind)[action];
  if (value === undefined) {
    throw new RangeError(
      `Cannot read a ${kind} action: action is ${action}, expected an integer in [0, ${
        neutralAction(kind)
      }]`,
    );
  }
  return value;
}
