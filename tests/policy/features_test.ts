import assert from "node:assert/strict";
import {
  FEATURE_SETS,
  layerFeatureCount,
  layerFeatures,
} from "../../lib/policy/mod.ts";
import {
  countParameters,
  leaves,
  type Network,
  resnet,
  vgg,
} from "../../lib/network/mod.ts";

const NETWORK: Network = {
  input: [3, 8, 8],
  blocks: [
    {
      type: "conv",
      outChannels: 7,
      kernel: 7,
      stride: 2,
      padding: 3,
      bias: true,
    },
    { type: "batchNorm" },
    { type: "relu" },
    { type: "dropout", rate: 0.5 },
    {
      type: "residual",
      body: [
        {
          type: "conv",
          outChannels: 15,
          kernel: 3,
          stride: 1,
          padding: 1,
          bias: false,
        },
        { type: "batchNorm" },
        { type: "relu" },
      ],
      shortcut: [
        {
          type: "conv",
          outChannels: 15,
          kernel: 1,
          stride: 1,
          padding: 0,
          bias: false,
        },
      ],
    },
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: 31, bias: true },
  ],
};

// type, k/7, s/4, p/3, log2(1+n)/10, start/4, end/4; all of it times 3 after.
const EXPECTED: readonly (readonly number[])[] = [
  [1, 7 / 7, 2 / 4, 3 / 3, 3 / 10, 0, 0],
  [4, 0, 0, 0, 0, 0, 0],
  [3, 0, 0, 0, 0, 0, 0],
  [6, 0, 0, 0, 0, 0, 0],
  [1, 3 / 7, 1 / 4, 1 / 3, 4 / 10, 0, 2 / 4],
  [4, 0, 0, 0, 0, 1 / 4, 1 / 4],
  [3, 0, 0, 0, 0, 2 / 4, 0],
  [1, 1 / 7, 1 / 4, 0, 4 / 10, 0, 0],
  [2, 2 / 7, 2 / 4, 0, 0, 0, 0],
  [8, 2 / 7, 2 / 4, 0, 0, 0, 0],
  [5, 0, 0, 0, 5 / 10, 0, 0],
];

/** The numbers of type, k, s, p, n, s_start, s_end as they are. */
const PAPER: readonly (readonly number[])[] = [
  [1, 7, 2, 3, 7, 0, 0],
  [4, 0, 0, 0, 0, 0, 0],
  [3, 0, 0, 0, 0, 0, 0],
  [6, 0, 0, 0, 0, 0, 0],
  [1, 3, 1, 1, 15, 0, 2],
  [4, 0, 0, 0, 0, 1, 1],
  [3, 0, 0, 0, 0, 2, 0],
  [1, 1, 1, 0, 15, 0, 0],
  [2, 2, 2, 0, 0, 0, 0],
  [8, 2, 2, 0, 0, 0, 0],
  [5, 0, 0, 0, 31, 0, 0],
];

/** Channels in, trainable parameters, side of the map that is read. */
const EXTRA: readonly (readonly [number, number, number])[] = [
  [3, 7 * 3 * 49 + 7, 8], // the map of 8 by 8 becomes one of 4 by 4
  [7, 14, 4],
  [7, 0, 4],
  [7, 0, 4],
  [7, 15 * 7 * 9, 4],
  [15, 30, 4],
  [15, 0, 4],
  [7, 15 * 7, 4],
  [15, 0, 4],
  [15, 0, 2],
  [15, 31 * 15 + 31, 1],
];

/** What "scaled" gives for the network. */
function scaled(): number[][] {
  const order = [1, 2, 3, 4, 5, 6, 8];
  return EXPECTED.map(([type, ...rest]) => [
    ...order.map((other) => Number(other === type)),
    ...rest,
  ]);
}

Deno.test("layerFeatures() give the paper's seven numbers as they are when the set is paper", () => {
  assert.deepEqual(
    layerFeatures(NETWORK, { set: "paper" }),
    PAPER.map((row) => Float32Array.from(row)),
  );
});

Deno.test("layerFeatures() give scaled numbers and the type one-hot by default", () => {
  const expected = scaled().map((row) => Float32Array.from(row, (x) => x * 3));
  assert.deepEqual(layerFeatures(NETWORK), expected);
  assert.deepEqual(layerFeatures(NETWORK, { set: "scaled" }), expected);
});

Deno.test("layerFeatures() add position, channels in, share of parameters and map side when the set is rich", () => {
  const total = EXTRA.reduce((sum, [, parameters]) => sum + parameters, 0);
  assert.equal(total, countParameters(NETWORK));
  const expected = scaled().map((row, i) => {
    const [channels, parameters, side] = EXTRA[i]!;
    return [
      ...row,
      i / 10,
      Math.log2(1 + channels) / 10,
      Math.log2(1 + parameters) / Math.log2(1 + total),
      Math.log2(1 + side) / 8,
    ];
  });
  assert.deepEqual(
    layerFeatures(NETWORK, { set: "rich" }),
    expected.map((row) => Float32Array.from(row, (x) => x * 3)),
  );
});

Deno.test("layerFeatures() of the rich set are finite when the network has one leaf or no parameter", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [{ type: "avgPool", kernel: "global", stride: 1 }],
  };
  const [vector] = layerFeatures(network, { set: "rich" });
  assert.deepEqual(
    [...vector!].slice(-4),
    [0, 2 / 10, 0, Math.log2(9) / 8].map((x) => Math.fround(x * 3)),
  );
});

Deno.test("layerFeatures() have one vector a leaf, in [0, 3] but for the raw sets, when the network is one of the paper's", () => {
  const isRaw = (set: string) => set === "paper" || set === "release";
  const networks = [
    vgg({ depth: 19, input: [3, 32, 32], classes: 10 }),
    vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.125 }),
    resnet({ depth: 34, input: [3, 32, 32], classes: 100 }),
  ];
  for (const network of networks) {
    for (const set of FEATURE_SETS) {
      const features = layerFeatures(network, { set });
      assert.equal(features.length, leaves(network).length);
      for (const vector of features) {
        assert.equal(vector.length, layerFeatureCount({ set }));
        assert.ok(
          vector.every((x) => x >= 0 && (x <= 3 || isRaw(set))),
        );
      }
    }
  }
});

Deno.test("layerFeatures() of the release are the paper's without the skips", () => {
  const network = resnet({ depth: 18, input: [3, 32, 32], classes: 10 });
  const paper = layerFeatures(network, { set: "paper" });
  assert.deepEqual(
    layerFeatures(network, { set: "release" }).map((row) => [...row]),
    paper.map((row) => [...row].slice(0, 5)),
  );
  assert.ok(paper.some((row) => row[5]! > 0));
});

Deno.test("layerFeatures() have no type and all outputs for channels that are padded", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [{
      type: "residual",
      body: [{
        type: "conv",
        outChannels: 7,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: false,
      }],
      shortcut: [{ type: "padChannels", before: 1, after: 3 }],
    }],
  };
  const [, paper] = layerFeatures(network, { set: "paper" });
  assert.deepEqual([...paper!], [0, 0, 0, 0, 7, 0, 0]);
  const [, scaled] = layerFeatures(network);
  assert.equal(scaled!.length, layerFeatureCount());
  assert.deepEqual([...scaled!.subarray(0, 7)], Array(7).fill(0));
});
