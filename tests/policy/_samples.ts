// Small sequences and policies that the tests here share.

import {
  createPolicy,
  type Policy,
  type PolicyKind,
  type PolicyOptions,
  type PolicyState,
  type Rollout,
  type Sequence,
} from "../../lib/policy/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import type { ReferenceNet } from "./_reference.ts";

/** Every kind. */
export const KINDS: readonly PolicyKind[] = ["removal", "shrinkage", "joint"];

/** Numbers a step of {@link sequenceOf} has. */
export const INPUT_SIZE = 3;

/** Hidden units of {@link smallPolicy}. */
export const HIDDEN = 4;

/** A sequence of random features, free where the mask text has an "f". */
export function sequenceOf(mask: string): Sequence {
  const random = randomStream(7, "features");
  return {
    features: [...mask].map(() =>
      Float32Array.from({ length: INPUT_SIZE }, () => random.uniform())
    ),
    mask: [...mask].map((letter) => letter === "f"),
  };
}

/** A policy small enough for finite differences over all of its parameters. */
export function smallPolicy(
  kind: PolicyKind,
  options: Partial<PolicyOptions> = {},
): Policy {
  return createPolicy(kind, {
    random: randomStream(3, kind, "init"),
    inputSize: INPUT_SIZE,
    hidden: HIDDEN,
    ...options,
  });
}

/** Rollouts as drawn, with advantages of both signs. */
export function drawRollouts(
  policy: Policy,
  sequence: Sequence,
  { count = 3, seed = 1, name = 0 }: {
    readonly count?: number;
    readonly seed?: number;
    readonly name?: number;
  } = {},
): Rollout[] {
  const streams = Array.from(
    { length: count },
    (_, k) => randomStream(seed, "rollout", name, k),
  );
  return policy.sample(sequence, streams).map(({ actions }, k) => ({
    actions,
    advantage: 0.7 - 0.5 * k,
  }));
}

/** A policy's present parameters as the oracle reads them. */
export function referenceOf(state: PolicyState): ReferenceNet {
  const values = Object.fromEntries(
    Object.entries(state.arrays)
      .filter(([name]) => name.startsWith("parameters/"))
      .map(([name, array]) => [
        name.replace("parameters/", ""),
        Float64Array.from(array),
      ]),
  );
  return { kind: state.kind, inputSize: INPUT_SIZE, hidden: HIDDEN, values };
}

/** Some updates in a row, each on rollouts of the policy at that time. */
export function train(
  policy: Policy,
  sequence: Sequence,
  { from = 0, to, seed = 1 }: {
    readonly from?: number;
    readonly to: number;
    readonly seed?: number;
  },
): void {
  for (let i = from; i < to; i++) {
    policy.update(
      sequence,
      drawRollouts(policy, sequence, { count: 5, seed, name: i }),
    );
  }
}
