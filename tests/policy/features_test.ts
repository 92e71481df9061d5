import assert from "node:assert/strict";
import { layerFeatureCount, layerFeatures } from "../../lib/policy/mod.ts";
import { leaves, type Network, resnet, vgg } from "../../lib/network/mod.ts";

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

Deno.test("layerFeatures() give the paper's seven numbers, scaled, when types are numbers", () => {
  assert.deepEqual(
    layerFeatures(NETWORK, { types: "number" }),
    EXPECTED.map(([type, ...rest]) =>
      Float32Array.from([type! / 10, ...rest], (x) => x * 3)
    ),
  );
});

Deno.test("layerFeatures() give the type one-hot by default", () => {
  const order = [1, 2, 3, 4, 5, 6, 8];
  assert.deepEqual(
    layerFeatures(NETWORK),
    EXPECTED.map(([type, ...rest]) =>
      Float32Array.from(
        [...order.map((other) => Number(other === type)), ...rest],
        (x) => x * 3,
      )
    ),
  );
});

Deno.test("layerFeatures() lie in [0, 3] and have one vector a leaf when the network is one of the paper's", () => {
  const networks = [
    vgg({ depth: 19, input: [3, 32, 32], classes: 10 }),
    vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.125 }),
    resnet({ depth: 34, input: [3, 32, 32], classes: 100 }),
  ];
  for (const network of networks) {
    for (const types of ["oneHot", "number"] as const) {
      const features = layerFeatures(network, { types });
      assert.equal(features.length, leaves(network).length);
      for (const vector of features) {
        assert.equal(vector.length, layerFeatureCount({ types }));
        assert.ok(vector.every((x) => x >= 0 && x <= 3));
      }
    }
  }
});
