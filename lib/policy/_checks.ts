import { fail } from "./_fail.ts";
import { LEAF_LOGITS, type ParameterSpec } from "./_network.ts";
import type { ResolvedOptions } from "./_options.ts";
import { GROUPS } from "./_tensors.ts";
import { actionCount, neutralAction } from "./actions.ts";
import type { FeatureSet } from "./features.ts";
import {
  type PolicyKind,
  type PolicyState,
  type Recurrence,
  type Rollout,
  type Sequence,
  USUAL_RECURRENCE,
} from "./types.ts";

/** @throws {RangeError} If a policy of these options cannot read the sequence. */
export function checkSequence(
  sequence: Sequence,
  { inputSize, leafLogits }: Pick<ResolvedOptions, "inputSize" | "leafLogits">,
): void {
  const { features, mask } = sequence;
  if (features.length === 0) {
    fail("read the sequence", {
      name: "its length",
      value: 0,
      expected: "at least 1 step",
    });
  }
  if (leafLogits !== undefined && features.length !== leafLogits) {
    fail("read the sequence", {
      name: "its length",
      value: features.length,
      expected: `${leafLogits}, the number of steps with logits of their own`,
    });
  }
  if (mask.length !== features.length) {
    fail("read the sequence", {
      name: "the mask's length",
      value: mask.length,
      expected: `${features.length}, the number of feature vectors`,
    });
  }
  for (const [t, vector] of features.entries()) {
    if (vector.length !== inputSize) {
      fail("read the sequence", {
        name: `the length of feature vector ${t}`,
        value: vector.length,
        expected: `${inputSize}`,
      });
    }
    if (!vector.every(Number.isFinite)) {
      fail("read the sequence", {
        name: `feature vector ${t}`,
        value: `[${vector.join(", ")}]`,
        expected: "finite numbers",
      });
    }
  }
}

/**
 * @throws {RangeError} If there is not one valid action for each step. Another
 * action than the neutral one at a step that is not free means that actions and
 * layers have come out of line, the release's worst fault.
 */
export function checkActions(
  actions: readonly number[],
  { kind, mask }: {
    readonly kind: PolicyKind;
    readonly mask: readonly boolean[];
  },
): void {
  const count = actionCount(kind);
  const neutral = neutralAction(kind);
  if (actions.length !== mask.length) {
    fail("read the actions", {
      name: "their number",
      value: actions.length,
      expected: `${mask.length}, one for each step`,
    });
  }
  for (const [t, action] of actions.entries()) {
    if (!Number.isInteger(action) || action < 0 || action >= count) {
      fail("read the actions", {
        name: `action ${t}`,
        value: action,
        expected: `an integer in [0, ${count - 1}]`,
      });
    }
    if (!mask[t] && action !== neutral) {
      fail("read the actions", {
        name: `action ${t}`,
        value: action,
        expected: `${neutral}, for that step is not free`,
      });
    }
  }
}

/** @throws {RangeError} If there is no rollout or an advantage is not finite. */
export function checkAdvantages(rollouts: readonly Rollout[]): void {
  if (rollouts.length === 0) {
    fail("update the policy", {
      name: "the number of rollouts",
      value: 0,
      expected: "at least 1",
    });
  }
  for (const [k, { advantage }] of rollouts.entries()) {
    if (!Number.isFinite(advantage)) {
      fail("update the policy", {
        name: `the advantage of rollout ${k}`,
        value: advantage,
        expected: "a finite number",
      });
    }
  }
}

/** @throws {RangeError} If an update's entropy weight is out of range. */
export function checkEntropyWeight(entropyWeight: number): void {
  if (!Number.isFinite(entropyWeight) || entropyWeight < 0) {
    fail("update the policy", {
      name: "entropyWeight",
      value: entropyWeight,
      expected: "a finite number >= 0",
    });
  }
}

/** @throws {RangeError} If a state is not one of a policy with these parameters. */
export function checkState(
  state: PolicyState,
  expected: {
    readonly kind: PolicyKind;
    readonly recurrence: Recurrence;
    /** Undefined: the caller's own, which have no name. */
    readonly features: FeatureSet | undefined;
    readonly specs: readonly ParameterSpec[];
  },
): void {
  if (state.kind !== expected.kind) {
    fail("restore the policy", {
      name: "its kind",
      value: state.kind,
      expected: expected.kind,
    });
  }
  const { recurrence = USUAL_RECURRENCE[state.kind] } = state;
  if (recurrence !== expected.recurrence) {
    fail("restore the policy", {
      name: "its recurrence",
      value: recurrence,
      expected: expected.recurrence,
    });
  }
  // A space's own features have no name, nor had those of old files; they may be as
  // many as a set that has one.
  if (state.features !== expected.features) {
    const nameOf = (set: string | undefined) => set ?? "without a name";
    fail("restore the policy", {
      name: "its feature set",
      value: nameOf(state.features),
      expected: nameOf(expected.features),
    });
  }
  if (!Number.isSafeInteger(state.step) || state.step < 0) {
    fail("restore the policy", {
      name: "its step",
      value: state.step,
      expected: "an integer >= 0",
    });
  }
  const ofLeaves = `parameters/${LEAF_LOGITS}`;
  if (
    state.arrays[ofLeaves] !== undefined &&
    !expected.specs.some(({ name }) => name === LEAF_LOGITS)
  ) {
    // Dropped in silence they would leave another policy than was trained.
    fail("restore the policy", {
      name: ofLeaves,
      value: "present",
      expected: "a state without it, such as transferable() gives",
    });
  }
  for (const group of GROUPS) {
    for (const { name, shape } of expected.specs) {
      const size = shape.reduce((product, side) => product * side, 1);
      const array = state.arrays[`${group}/${name}`];
      if (array?.length !== size) {
        fail("restore the policy", {
          name: `the length of ${group}/${name}`,
          value: array?.length ?? "missing",
          expected: `${size}`,
        });
      }
    }
  }
}
