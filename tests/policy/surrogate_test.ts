import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onCpu, readValues } from "../../lib/policy/_cpu.ts";
import { clippedGain, openSurrogate } from "../../lib/policy/_surrogate.ts";
import {
  neutralAction,
  type PolicyState,
  type Rollout,
  withFreshOptimiser,
} from "../../lib/policy/mod.ts";
import {
  drawRollouts,
  KINDS,
  sequenceOf,
  smallPolicy,
  train,
} from "./_samples.ts";

/** Gain and d(gain) / d(log-probability), `[time, batch, actions]` flat. */
function clippedAt(
  options: {
    /** `[time][batch][action]` */
    readonly before: number[][][];
    readonly now: number[][][];
    readonly rollouts: readonly Rollout[];
    readonly mask: readonly boolean[];
    readonly clip: number;
  },
): { gain: number; gradient: number[] } {
  const { before, now, rollouts, mask, clip } = options;
  return onCpu(() => {
    const surrogate = openSurrogate(rollouts, {
      mask,
      actionCount: 2,
      clip,
      logs: tf.log(tf.tensor3d(before)),
    });
    const { value, grad } = tf.valueAndGrad((logs) =>
      clippedGain(logs as tf.Tensor3D, surrogate)
    )(tf.log(tf.tensor3d(now)));
    return { gain: readValues(value)[0]!, gradient: [...readValues(grad)] };
  });
}

function assertNear(
  actual: readonly number[],
  expected: readonly number[],
): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(
      Math.abs(actual[i]! - value) < 1e-6,
      `entry ${i} is ${actual[i]}, expected ${value}`,
    );
  }
}

Deno.test("clippedGain() has no gradient when a ratio has left the range on the side that the advantage favours", () => {
  // Action 0 at every step; from 0.5 its probability went to 0.75 or to 0.25, so
  // the ratio is 1.5 or 0.5, the range [0.8, 1.2].
  const sides = [
    { p: 0.75, advantage: 2, gain: 2.4, slope: 0 }, // min(1.5 * 2, 1.2 * 2)
    { p: 0.25, advantage: 2, gain: 1, slope: 1 }, // min(0.5 * 2, 0.8 * 2)
    { p: 0.75, advantage: -2, gain: -3, slope: -3 }, // min(1.5 * -2, 1.2 * -2)
    { p: 0.25, advantage: -2, gain: -1.6, slope: 0 }, // min(0.5 * -2, 0.8 * -2)
    { p: 0.55, advantage: 2, gain: 2.2, slope: 2.2 }, // 1.1 is within
    { p: 0.5, advantage: 2, gain: 2, slope: 2 }, // where every update starts
  ];
  for (const { p, advantage, gain, slope } of sides) {
    const actual = clippedAt({
      before: [[[0.5, 0.5]]],
      now: [[[p, 1 - p]]],
      rollouts: [{ actions: [0], advantage }],
      mask: [true],
      clip: 0.2,
    });
    // d(r A) / d(log p) = r A
    assertNear([actual.gain, ...actual.gradient], [gain, slope, 0]);
  }
});

Deno.test("clippedGain() sums over free steps and averages over rollouts when they share a row or have their own", () => {
  const rollouts = [
    { actions: [0, 1, 1], advantage: 2 },
    { actions: [1, 1, 1], advantage: -1 },
  ];
  const mask = [true, true, false];
  // Step 0: ratios 1.5 (clipped, 1.2 * 2) and 0.5 (clipped, 0.8 * -1); step 1:
  // 1.1 for both; step 2 is not free. Each halved, for there are two rollouts.
  const gain = (2.4 - 0.8 + 2.2 - 1.1) / 2;
  const before = [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]];
  const now = [[0.75, 0.25], [0.45, 0.55], [0.1, 0.9]];
  const shared = clippedAt({
    before: before.map((row) => [row]),
    now: now.map((row) => [row]),
    rollouts,
    mask,
    clip: 0.2,
  });
  assertNear([shared.gain], [gain]);
  assertNear(shared.gradient, [0, 0, 0, (2.2 - 1.1) / 2, 0, 0]);
  const own = clippedAt({
    before: before.map((row) => [row, row]),
    now: now.map((row) => [row, row]),
    rollouts,
    mask,
    clip: 0.2,
  });
  assertNear([own.gain], [gain]);
  // [time][rollout][action]
  assertNear(own.gradient, [0, 0, 0, 0, 0, 1.1, 0, -0.55, 0, 0, 0, 0]);
});

for (const kind of KINDS) {
  Deno.test(`update() gradient of ${kind} is REINFORCE's when clip is set and passes is 1`, () => {
    const sequence = sequenceOf(".ff.f");
    const plain = smallPolicy(kind, { entropyWeight: 0.2 });
    const clipped = smallPolicy(kind, { entropyWeight: 0.2, clip: 0.2 });
    train(plain, sequence, { to: 3 });
    const start = withFreshOptimiser(plain.state());
    plain.restore(start);
    clipped.restore(start);
    const rollouts = drawRollouts(plain, sequence);
    const expected = plain.update(sequence, rollouts);
    const report = clipped.update(sequence, rollouts);
    assert.equal(report.entropy, expected.entropy);
    assert.ok(Math.abs(report.gradientNorm - expected.gradientNorm) < 1e-6);
    // The ratios are 1: three free steps and a mean advantage of 0.2.
    assert.ok(Math.abs(report.loss + 3 * 0.2 + 0.2 * report.entropy) < 1e-6);
    const [a, b] = [plain.state(), clipped.state()];
    assert.equal(b.step, 1);
    for (const [name, array] of Object.entries(a.arrays)) {
      // Parameters have moved by the sign of each gradient alone, see Adam.
      if (name.startsWith("parameters/")) continue;
      assertNear([...b.arrays[name]!], [...array]);
    }
    plain.dispose();
    clipped.dispose();
  });

  Deno.test(`update() of ${kind} stands still in its second pass when every ratio is clipped`, () => {
    const sequence = sequenceOf("f.ff");
    const [once, twice] = [1, 2].map((passes) =>
      smallPolicy(kind, { passes, clip: 0.01, learningRate: 0.05 })
    );
    // One action at every free step, which one step can favour at all of them.
    const rollouts = [
      { actions: [0, neutralAction(kind), 0, 0], advantage: 0.7 },
    ];
    once!.update(sequence, rollouts);
    twice!.update(sequence, rollouts);
    const [first, second]: PolicyState[] = [once!.state(), twice!.state()];
    for (const [name, array] of Object.entries(first!.arrays)) {
      if (!name.startsWith("firstMoment/")) continue;
      // 0.9 m + 0.1 * 0, in single precision.
      const expected = array.map((m) => m * Math.fround(0.9));
      assert.deepEqual(second!.arrays[name], expected, name);
    }
    assert.ok(first!.arrays["firstMoment/head.bias"]!.some((m) => m !== 0));
    once!.dispose();
    twice!.dispose();
  });
}
