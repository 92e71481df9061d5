import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { vgg } from "../../lib/network/mod.ts";
import {
  createPolicy,
  layerFeatures,
  neutralAction,
  packPolicyState,
} from "../../lib/policy/mod.ts";
import { randomStream, sha256Hex } from "../../lib/random/mod.ts";
import {
  drawRollouts,
  KINDS,
  sequenceOf,
  smallPolicy,
  train,
} from "./_samples.ts";

/** Runs _digest.ts in a fresh process; what it prints, line by line. */
async function digests(seed: number): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--no-check",
      fileURLToPath(new URL("./_digest.ts", import.meta.url)),
      String(seed),
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  // Neither a failure nor TensorFlow.js's banner.
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.ok(success);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("createPolicy() trains to the same bits in two processes without Math.random when the seed is the same, and only then", async () => {
  const [first, second, other] = await Promise.all([1, 1, 2].map(digests));
  assert.equal(first!.length, 3);
  assert.match(first![0]!, /^[0-9a-f]{64}$/);
  assert.deepEqual(first, second);
  for (const i of [0, 1, 2]) assert.notEqual(other![i], first![i]);
});

/** Of parameters and moments after three updates of the policy by default. */
const DIGESTS = {
  removal: "5752876e90630d5b456489efcd47165ebb6f440ed6e011b009401e8e40187ba0",
  shrinkage: "71273936d5a1b26f9840d4e8f0ad525ab17917eedae1d9341ba22e063f148da4",
} as const;

Deno.test("createPolicy() trains to the same bits as ever when no option is given", () => {
  const features = layerFeatures(
    vgg({ depth: 11, input: [1, 28, 28], classes: 10 }),
  );
  const mask = features.map((_, i) => i > 0 && i % 5 !== 4);
  for (const kind of ["removal", "shrinkage"] as const) {
    const policy = createPolicy(kind, { random: randomStream(1, "init") });
    train(policy, { features, mask }, { to: 3 });
    const { arrays } = policy.state();
    const lines = Object.keys(arrays).sort().map((name) =>
      `${name}:${sha256Hex(new Uint8Array(arrays[name]!.buffer))}`
    );
    assert.equal(sha256Hex(lines.join("\n")), DIGESTS[kind]);
    policy.dispose();
  }
});

Deno.test("createPolicy() draws other parameters when the stream is another", () => {
  for (const kind of KINDS) {
    const [a, b, c] = [1, 1, 2].map((seed) => {
      const policy = smallPolicy(kind, { random: randomStream(seed, "i") });
      const bytes = packPolicyState(policy.state());
      policy.dispose();
      return bytes;
    });
    assert.deepEqual(a, b);
    assert.notDeepEqual(a, c);
  }
});

Deno.test("createPolicy() starts with PyTorch's ranges when no bias is given", () => {
  const policy = smallPolicy("removal", { hidden: 30 });
  const { arrays } = policy.state();
  for (const [name, array] of Object.entries(arrays)) {
    if (!name.startsWith("parameters/")) {
      assert.ok(array.every((value) => value === 0));
      continue;
    }
    const bound = 1 / Math.sqrt(name.includes("head") ? 60 : 30);
    assert.ok(array.every((value) => Math.abs(value) <= bound), name);
    if (array.length < 100) continue;
    const variance = array.reduce((sum, value) => sum + value * value, 0) /
      array.length;
    assert.ok(Math.abs(variance / (bound * bound / 3) - 1) < 0.25, name);
  }
  policy.dispose();
});

Deno.test("every method leaves the number of tensors when used again and again", () => {
  const everything = { leafLogits: 4, passes: 3, clip: 0.2 };
  const cases = KINDS.flatMap((kind) => [
    { kind, options: {}, tensors: 24 }, // 8 parameters and their two moments
    { kind, options: everything, tensors: 27 },
  ]);
  for (const { kind, options, tensors } of cases) {
    const before = tf.memory().numTensors;
    const policy = smallPolicy(kind, { entropyWeight: 0.1, ...options });
    const sequence = sequenceOf("ff.f");
    const held = tf.memory().numTensors;
    assert.equal(held, before + tensors);
    const saved = policy.state();
    for (let i = 0; i < 5; i++) {
      train(policy, sequence, { from: i, to: i + 1 });
      policy.probabilities(sequence, [1, 1, neutralAction(kind), 0]);
      policy.restore(saved);
      assert.throws(() =>
        policy.update(sequence, [{ actions: [0], advantage: 1 }])
      );
      // Finite, but its square is not: fails halfway.
      assert.throws(
        () =>
          policy.update(
            sequence,
            drawRollouts(policy, sequence).map(({ actions }) => ({
              actions,
              advantage: 1e30,
            })),
          ),
        {
          name: "DivergedPolicyError",
          message:
            "Cannot update the policy: the gradient's norm is Infinity, expected a finite number; a lower learning rate or entropy weight of the stage may help",
        },
      );
      assert.deepEqual(policy.state(), saved);
      assert.equal(tf.memory().numTensors, held);
    }
    policy.dispose();
    assert.equal(tf.memory().numTensors, before);
  }
});

Deno.test("a policy survives when it is used inside the caller's tf.tidy", () => {
  const sequence = sequenceOf("ff");
  const policy = smallPolicy("removal");
  tf.tidy(() => train(policy, sequence, { to: 1 }));
  tf.tidy(() => policy.restore(policy.state()));
  train(policy, sequence, { from: 1, to: 2 });
  policy.dispose();
});

Deno.test("a policy runs on the CPU backend and gives the caller's back when another is in use", async () => {
  // A backend without a single kernel: any operation on it would throw.
  class EmptyBackend extends tf.KernelBackend {
    override dispose(): void {}
  }
  tf.registerBackend("empty", () => new EmptyBackend());
  const sequence = sequenceOf("ff");
  await tf.setBackend("empty");
  try {
    const policy = smallPolicy("shrinkage");
    train(policy, sequence, { to: 1 });
    assert.equal(tf.getBackend(), "empty");
    policy.dispose();
  } finally {
    await tf.setBackend("cpu");
    tf.removeBackend("empty");
  }
});
