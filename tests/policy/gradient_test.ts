import assert from "node:assert/strict";
import fc from "fast-check";
import {
  neutralAction,
  type PolicyState,
  type Sequence,
  withFreshOptimiser,
} from "../../lib/policy/mod.ts";
import {
  type LossOptions,
  referenceLoss,
  type ReferenceNet,
  referenceProbabilities,
  takenProbabilities,
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
  options: LossOptions,
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

/** The gradient of the last step, from Adam's moments before and after it. */
function gradientOf(after: PolicyState, before?: PolicyState) {
  // m' = 0.9 m + 0.1 * gradient
  return (name: string, i: number): number => {
    const key = `firstMoment/${name}`;
    const previous = before === undefined ? 0 : before.arrays[key]![i]!;
    return (after.arrays[key]![i]! - 0.9 * previous) * 10;
  };
}

for (const kind of KINDS) {
  const cases = [0, 0.3].flatMap((entropyWeight) =>
    ["fffff", ".f.ff.", "f"].map((mask) => ({
      entropyWeight,
      mask,
      own: false,
    }))
  );
  for (
    const { entropyWeight, mask, own } of [
      ...cases,
      { entropyWeight: 0.3, mask: ".f.ff.", own: true },
      { entropyWeight: 0, mask: "f", own: true },
    ]
  ) {
    const title = own ? `${mask}, each leaf with its logits,` : mask;
    Deno.test(`update() gradient of ${kind} equals central differences when mask is ${title} and entropyWeight ${entropyWeight}`, () => {
      const options = {
        entropyWeight,
        ...(own ? { leafLogits: mask.length } : {}),
      };
      const policy = smallPolicy(kind, { ...options, learningRate: 0.05 });
      const sequence = sequenceOf(mask);
      // Away from the start, where the gates are nearly linear.
      train(policy, sequence, { to: 5 });
      const fresh = smallPolicy(kind, options);
      fresh.restore(withFreshOptimiser(policy.state()));
      const rollouts = drawRollouts(fresh, sequence);
      const net = referenceOf(fresh.state());
      const expected = numericalGradient(net, sequence, {
        rollouts,
        entropyWeight,
      });
      assert.equal("leaf.logits" in expected, own);
      const value = referenceLoss(net, sequence, { rollouts, entropyWeight });

      const report = fresh.update(sequence, rollouts);
      assert.ok(Math.abs(report.loss - value.loss) < 1e-5);
      assert.ok(Math.abs(report.entropy - value.entropy) < 1e-5);
      const gradient = gradientOf(fresh.state());
      let squares = 0;
      let largest = 0;
      for (const [name, slopes] of Object.entries(expected)) {
        for (const [i, slope] of slopes.entries()) {
          const actual = gradient(name, i);
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

  Deno.test(`update() second pass of ${kind} follows the clipped surrogate's central differences when some ratios are clipped`, () => {
    const clip = 0.12;
    const entropyWeight = 0.3;
    const sequence = sequenceOf(".f.ff.f");
    const [once, twice] = [1, 2].map((passes) =>
      smallPolicy(kind, {
        passes,
        clip,
        entropyWeight,
        // A long first step, so that ratios leave the range.
        learningRate: 0.05,
        leafLogits: sequence.mask.length,
      })
    );
    const rollouts = drawRollouts(once!, sequence);
    const before = takenProbabilities(
      referenceOf(once!.state()),
      sequence,
      rollouts,
    );
    const report = once!.update(sequence, rollouts);
    assert.deepEqual(twice!.update(sequence, rollouts), report);
    const between = once!.state();
    const net = referenceOf(between);

    // Ratios on both sides of the kinks, and none so near that it would cross.
    let [clipped, inside] = [0, 0];
    const now = takenProbabilities(net, sequence, rollouts);
    for (const [k, { advantage }] of rollouts.entries()) {
      for (const [t, free] of sequence.mask.entries()) {
        if (!free) continue;
        const ratio = now[k]![t]! / before[k]![t]!;
        assert.ok(Math.abs(Math.abs(ratio - 1) - clip) > 1e-3);
        if ((ratio - 1) * Math.sign(advantage) > clip) clipped += 1;
        else inside += 1;
      }
    }
    assert.ok(clipped > 0 && inside > 0, `${clipped}, ${inside}`);

    const expected = numericalGradient(net, sequence, {
      rollouts,
      entropyWeight,
      clipped: { clip, before },
    });
    const after = twice!.state();
    assert.equal(after.step, 2);
    const gradient = gradientOf(after, between);
    let largest = 0;
    for (const [name, slopes] of Object.entries(expected)) {
      for (const [i, slope] of slopes.entries()) {
        const actual = gradient(name, i);
        assert.ok(
          Math.abs(actual - slope) < 3e-6,
          `${name}[${i}] is ${actual}, expected ${slope}`,
        );
        largest = Math.max(largest, Math.abs(slope));
      }
    }
    assert.ok(largest > 0.01, "the gradient is not trivially small");
    once!.dispose();
    twice!.dispose();
  });

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
            fc.nat(neutralAction(kind)),
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
