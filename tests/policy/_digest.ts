// Prints the digest of a policy of each kind after some updates. Run in processes of its
// own by determinism_long_test.ts: deno run _digest.ts <seed>

// TensorFlow.js brings seedrandom, which stirs Math.random into a pool of its own
// when it is loaded; no policy draws from that. So it is loaded first.
await import("@tensorflow/tfjs");

function refuse(): never {
  throw new Error("Math.random was called");
}
Math.random = refuse;

const { createPolicy, layerFeatures, packPolicyState } = await import(
  "../../lib/policy/mod.ts"
);
const { vgg } = await import("../../lib/network/mod.ts");
const { randomStream, sha256Hex } = await import("../../lib/random/mod.ts");
const { train } = await import("./_samples.ts");

const seed = Number(Deno.args[0]);
const features = layerFeatures(
  vgg({ depth: 11, input: [1, 28, 28], classes: 10 }),
);
const mask = features.map((_, i) => i > 0 && i % 5 !== 4);
for (const kind of ["removal", "shrinkage", "joint"] as const) {
  const policy = createPolicy(kind, {
    random: randomStream(seed, "init"),
    entropyWeight: 0.01,
    normaliseAdvantage: true,
  });
  train(policy, { features, mask }, { to: 3, seed });
  // deno-lint-ignore no-console
  console.log(sha256Hex(packPolicyState(policy.state())));
  policy.dispose();
}
