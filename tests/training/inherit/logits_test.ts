import assert from "node:assert/strict";
import { openEngine, type Weights } from "../../../lib/engine/mod.ts";
import { shrinkLayers } from "../../../lib/compress/mod.ts";
import {
  type Block,
  leaves,
  lenet5,
  type Network,
  resnet,
  squeezenet,
} from "../../../lib/network/mod.ts";
import {
  type Importance,
  inherit,
  initialise,
  parameterLayers,
} from "../../../lib/training/mod.ts";
import { BN, conv, LINEAR, POOL, RELU } from "../../compress/_networks.ts";
import { PLAIN_SGD, randomBatch, randomWeights } from "../../engine/problem.ts";
import { bitsOf, digests } from "../_problem.ts";
import { codedLeaves } from "./_coded.ts";

const IMAGES = 4;

async function predict(network: Network, weights: Weights) {
  const engine = await openEngine("onnx-cpu");
  const program = await engine.compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: PLAIN_SGD,
    batchSize: IMAGES,
  });
  try {
    program.load(weights);
    const { images } = randomBatch(network, { size: IMAGES, seed: 3 });
    return await program.predict(images, IMAGES);
  } finally {
    await program.dispose();
  }
}

function freshWeights(network: Network): Weights {
  return initialise(network, { initialisation: "he", seed: 9, owner: "fresh" });
}

Deno.test("inherit() gives the base's weights and logits bit for bit when nothing has changed", async () => {
  const networks = [
    lenet5({ input: [1, 28, 28], classes: 10 }),
    resnet({ depth: 18, input: [3, 16, 16], classes: 10, width: 0.1 }),
    squeezenet({ input: [3, 32, 32], classes: 10, width: 0.1 }),
  ];
  for (const base of networks) {
    const weights = randomWeights(base, 1);
    const layers = [...codedLeaves(base).keys()];
    const heritage = { base, weights, layers, importance: "foldedL1" } as const;
    const result = inherit(base, heritage, freshWeights(base));
    assert.deepEqual(digests(result), digests(weights));
    const [expected, actual] = [
      await predict(base, weights),
      await predict(base, result),
    ];
    assert.equal(bitsOf(actual), bitsOf(expected));
  }
});

/** Channels that give 0 whatever they read, by number of the convolution's layer. */
type Dead = Readonly<Record<number, readonly number[]>>;

/** A network with dead channels, and ratios that leave as many as are alive. */
interface Case {
  readonly base: Network;
  readonly dead: Dead;
  /** By leaf; 1 where there is none. */
  readonly ratios: Readonly<Record<number, number>>;
}

/** A network with a linear layer on a flattened map of 4x4. */
const PLAIN: Case = {
  base: {
    input: [2, 8, 8],
    blocks: [
      conv(8, { bias: true }),
      BN,
      RELU,
      POOL,
      conv(6, { bias: true }),
      RELU,
      LINEAR,
    ],
  },
  dead: { 0: [1, 3, 6, 7], 2: [0, 4] },
  ratios: { 0: 4 / 8, 4: 4 / 6 },
};

/** Two linear layers, of which the first reads a flattened map. */
const LINEARS: Case = {
  base: lenet5({ input: [1, 28, 28], classes: 10 }),
  dead: { 0: [0, 1], 1: [2, 3, 5, 7, 11, 13] },
  ratios: { 0: 4 / 6, 3: 10 / 16 },
};

const block = (
  inner: number,
  out: number,
  shortcut: Extract<Block, { type: "residual" }>["shortcut"],
): Block => ({
  type: "residual",
  body: [
    conv(inner, { stride: shortcut.length > 0 ? 2 : 1 }),
    BN,
    RELU,
    conv(out),
    BN,
  ],
  shortcut,
});

/** Two streams: of stem and first block, of second and third block. */
const RESIDUAL: Case = {
  base: {
    input: [2, 8, 8],
    blocks: [
      conv(8),
      BN,
      RELU,
      block(6, 8, []),
      block(12, 12, [conv(12, { kernel: 1, stride: 2 }), BN]),
      block(5, 12, []),
      POOL,
      LINEAR,
    ],
  },
  dead: {
    0: [1, 3, 6],
    2: [0, 5],
    4: [1, 3, 6],
    6: [2, 3],
    8: [0, 4, 7, 11],
    10: [0, 4, 7, 11],
    12: [2],
    14: [0, 4, 7, 11],
  },
  ratios: { 0: 5 / 8, 3: 4 / 6, 8: 10 / 12, 11: 8 / 12, 15: 4 / 5 },
};

/** A stream that goes on through zeros, narrower before and behind them. */
const PADDED: Case = {
  base: {
    input: [2, 8, 8],
    blocks: [
      conv(6),
      BN,
      RELU,
      block(12, 14, [
        { type: "avgPool", kernel: 1, stride: 2 },
        { type: "padChannels", before: 3, after: 5 },
      ]),
      block(5, 14, []),
      POOL,
      LINEAR,
    ],
  },
  dead: {
    0: [1, 4],
    2: [2, 3],
    // Of those that come through the zeros, the 4th and the 7th are dead.
    4: [0, 2, 4, 7, 12],
    6: [1],
    8: [0, 2, 4, 7, 12],
  },
  // 4 + 5 channels are left; 5 zeros stand as 2 + 3.
  ratios: { 0: 4 / 6, 3: 10 / 12, 6: 9 / 14, 10: 4 / 5 },
};

/** The same weights with dead channels, importance 0 by every measure. */
function silence(
  { base, dead }: Case,
  { weights, importance }: {
    readonly weights: Weights;
    readonly importance: Importance;
  },
): Weights {
  const layers = codedLeaves(base);
  const result: Weights = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, values.slice()]),
  );
  for (const [number, channels] of Object.entries(dead)) {
    const { path, output } = layers[Number(number)]!;
    const behind = layers[Number(number) + 1]!;
    const weight = result[`${path.join(".")}.weight`]!;
    const fanIn = weight.length / output[0];
    const norm = behind.layer.type === "batchNorm" ? behind.path.join(".") : "";
    for (const channel of channels) {
      weight.fill(0, channel * fanIn, (channel + 1) * fanIn);
      result[`${path.join(".")}.bias`]?.fill(0, channel, channel + 1);
      result[`${norm}.shift`]?.fill(0, channel, channel + 1);
      result[`${norm}.runningMean`]?.fill(0, channel, channel + 1);
      if (importance === "batchNormScale") {
        result[`${norm}.scale`]?.fill(0, channel, channel + 1);
      }
    }
  }
  return result;
}

for (
  const [name, given] of Object.entries({ PLAIN, LINEARS, RESIDUAL, PADDED })
) {
  Deno.test(`inherit() changes no logit of ${name} when the channels that go are dead`, async () => {
    const { base, ratios } = given;
    const outcome = shrinkLayers(
      base,
      leaves(base).map(({ index }) => ratios[index] ?? 1),
      { minChannels: 1 },
    );
    assert.ok(outcome.ok);
    const { network: student, origin } = outcome;
    const layers = parameterLayers(student, base, origin);
    // A network without batch norm behind every convolution has no such scale.
    const measures: readonly Importance[] = given === PLAIN || given === LINEARS
      ? ["filterL1", "foldedL1"]
      : ["filterL1", "batchNormScale", "foldedL1"];
    for (const importance of measures) {
      const weights = silence(given, {
        weights: randomWeights(base, 2),
        importance,
      });
      const expected = await predict(base, weights);
      const heritage = { base, weights, layers, importance };
      const inherited = inherit(student, heritage, freshWeights(student));
      const actual = await predict(student, inherited);
      assert.equal(actual.length, expected.length);
      for (const [i, logit] of expected.entries()) {
        assert.ok(
          Math.abs(actual[i]! - logit) <= 1e-5 * Math.max(1, Math.abs(logit)),
          `${importance}: logit ${i} is ${actual[i]}, expected ${logit}`,
        );
      }
    }
  });
}
