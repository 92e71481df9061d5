import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rollout, Sequence } from "../../lib/policy/mod.ts";
import {
  referenceLoss,
  type ReferenceNet,
  referenceProbabilities,
} from "./_reference.ts";
import {
  drawRollouts,
  KINDS,
  referenceOf,
  sequenceOf,
  smallPolicy,
  train,
} from "./_samples.ts";

/** Central differences of the float64 loss at every parameter. */
function numericalGradient(
  net: ReferenceNet,
  sequence: Sequence,
  options: {
    readonly rollouts: readonly Rollout[];
    readonly entropyWeight: number;
  },
): Record<string, Float64Array> {
  const step = 1e-4; // truncation about 1e-8, rounding about 1e-12
  return Object.fromEntries(
    Object.entries(net.values).map(([name, values]) => [
      name,
      values.map((value, i) => {
        values[i] = value + step;
        const above = referenceLoss(net, sequence, options).loss;
        values[i] = value - step;
        const below = referenceLoss(net, sequence, options).loss;
        values[i] = value;
        return (above - below) / (2 * step);
      }),
    ]),
  );
}

for (const kind of KINDS) {
  for (const entropyWeight of [0, 0.3]) {
    for (const mask of ["fffff", ".f.ff.", "f"]) {
      Deno.test(`update() gradient of ${kind} equals central differences when mask is ${mask} and entropyWeight ${entropyWeight}`, () => {
        const policy = smallPolicy(kind, { entropyWeight, learningRate: 0.05 });
        const sequence = sequenceOf(mask);
        // Away from the start, where the gates are nearly linear.
        train(policy, sequence, { to: 5 });
        const fresh = smallPolicy(kind, { entropyWeight });
        const empty = fresh.state();
        fresh.restore({
          ...empty,
          arrays: {
            ...empty.arrays,
            ...Object.fromEntries(
              Object.entries(policy.state().arrays)
                .filter(([name]) => name.startsWith("parameters/")),
            ),
          },
        });
        const rollouts = drawRollouts(fresh, sequence);
        const net = referenceOf(fresh.state());
        const expected = numericalGradient(net, sequence, {
          rollouts,
          entropyWeight,
        });
        const value = referenceLoss(net, sequence, { rollouts, entropyWeight });

        const report = fresh.update(sequence, rollouts);
        assert.ok(Math.abs(report.loss - value.loss) < 1e-5);
        assert.ok(Math.abs(report.entropy - value.entropy) < 1e-5);
        // Adam's first moment after one step from zero is 0.1 * gradient.
        const { arrays } = fresh.state();
        let squares = 0;
        let largest = 0;
        for (const [name, gradient] of Object.entries(expected)) {
          for (const [i, slope] of gradient.entries()) {
            const actual = arrays[`firstMoment/${name}`]![i]! * 10;
            assert.ok(
              Math.abs(actual - slope) < 2e-6,
              `${name}[${i}] is ${actual}, expected ${slope}`,
            );
            squares += slope * slope;
            largest = Math.max(largest, Math.abs(slope));
          }
        }
        assert.ok(largest > 0.01, "the gradient is not trivially small");
        assert.ok(Math.abs(report.gradientNorm - Math.sqrt(squares)) < 1e-5);
        policy.dispose();
        fresh.dispose();
      });
    }
  }

  Deno.test(`probabilities() of ${kind} equal the plain float64 network when features and actions are arbitrary`, () => {
    const policy = smallPolicy(kind, { initialKeepBias: 0.4 });
    train(policy, sequenceOf("ffff"), { to: 3 });
    const net = referenceOf(policy.state());
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.array(fc.float({ min: -2, max: 2, noNaN: true }), {
              minLength: 3,
              maxLength: 3,
            }),
            fc.nat(kind === "removal" ? 1 : 9),
          ),
          { minLength: 1, maxLength: 12 },
        ),
        (steps) => {
          const features = steps.map(([vector]) => Float32Array.from(vector));
          const actions = steps.map(([, action]) => action);
          const mask = steps.map(() => true);
          const actual = policy.probabilities({ features, mask }, actions);
          const expected = referenceProbabilities(net, features, actions);
          assert.equal(actual.length, expected.length);
          for (const [t, row] of expected.entries()) {
            assert.equal(actual[t]!.length, row.length);
            for (const [a, p] of row.entries()) {
              assert.ok(Math.abs(actual[t]![a]! - p) < 2e-6);
            }
          }
        },
      ),
      { numRuns: 25, seed: 5 },
    );
    policy.dispose();
  });
}

Deno.test("probabilities() react to later steps when the policy reads both ways, and only then", () => {
  const sequence = sequenceOf("ffff");
  const changed = {
    ...sequence,
    features: sequence.features.with(3, Float32Array.of(1, 1, 1)),
  };
  for (const kind of KINDS) {
    const policy = smallPolicy(kind);
    const actions = [0, 0, 0, 0];
    const before = policy.probabilities(sequence, actions).slice(0, 3);
    const after = policy.probabilities(changed, actions).slice(0, 3);
    if (kind === "removal") assert.notDeepEqual(after, before);
    else assert.deepEqual(after, before);
    policy.dispose();
  }
});
