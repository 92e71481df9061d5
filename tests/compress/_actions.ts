import assert from "node:assert/strict";
import fc from "fast-check";
import {
  countParameters,
  inferShapes,
  leaves,
  type Network,
  networkId,
  parameterTable,
  shapes,
} from "../../lib/network/mod.ts";
import type { Outcome, ShrinkOptions } from "../../lib/compress/mod.ts";
import { countByHand } from "./_networks.ts";

/** Tenths, as integers, so that expected widths need no floating point. */
export const tenth: fc.Arbitrary<number> = fc.integer({ min: 1, max: 10 });

export const shrinkRules: fc.Arbitrary<ShrinkOptions> = fc.record({
  shrink: fc.constantFrom<"channels" | "all">("channels", "all"),
  minChannels: fc.constantFrom(1, 4, 10),
  minLinearInputs: fc.constantFrom(1, 10),
});

/** A network with one action per leaf; some sequences are all alike or nearly so. */
export function withActions<T>(
  networks: fc.Arbitrary<Network>,
  action: fc.Arbitrary<T>,
  usual: T,
): fc.Arbitrary<readonly [Network, T[]]> {
  return networks.chain((network) => {
    const size = { minLength: leaves(network).length };
    const length = { ...size, maxLength: size.minLength };
    const rare = fc.oneof(
      { weight: 6, arbitrary: fc.constant(usual) },
      { weight: 1, arbitrary: action },
    );
    return fc.oneof(
      fc.array(action, length),
      fc.array(rare, length),
      action.map((one) => Array<T>(length.minLength).fill(one)),
    ).map((actions) => [network, actions] as const);
  });
}

function byValue(a: number, b: number): number {
  return a - b;
}

/** Either a rejection for people, or a smaller network that runs and is counted right. */
export function assertSound(outcome: Outcome, base: Network): void {
  if (!outcome.ok) {
    const { rule, reason } = outcome.rejection;
    const rules = "shape residualWidth classes linearTooLarge linearTooSmall " +
      "noReduction";
    assert.ok(rules.split(" ").includes(rule), rule);
    assert.match(reason, /expected/);
    return;
  }
  const { network, origin } = outcome;
  const inferred = inferShapes(network);
  assert.ok(inferred.ok, JSON.stringify(network));
  assert.deepEqual(inferred.output, shapes(base).output);
  const count = countParameters(network);
  assert.equal(count, countByHand(network));
  assert.equal(
    count,
    parameterTable(network).filter(({ trainable }) => trainable)
      .reduce((sum, { size }) => sum + size, 0),
  );
  assert.ok(count < countByHand(base));
  assert.match(networkId(network), /^[0-9a-f]{64}$/);
  const before = leaves(base);
  assert.deepEqual(
    origin.leaves.map((leaf) => before[leaf]?.layer.type),
    leaves(network).map(({ layer }) => layer.type),
  );
  assert.deepEqual(origin.leaves, [...new Set(origin.leaves)].sort(byValue));
}
