import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Block,
  checkNetwork,
  inferShapes,
  type Layer,
  type Network,
  type Shape,
  shapes,
} from "../../lib/network/mod.ts";
import { anyNetwork, validNetwork } from "./_arbitrary.ts";
import { run } from "./_interpreter.ts";

const CONV = {
  type: "conv",
  outChannels: 4,
  kernel: 3,
  stride: 1,
  padding: 1,
  bias: true,
} as const;

function network(blocks: readonly Block[], input: Shape = [3, 8, 8]): Network {
  return { input, blocks };
}

Deno.test("inferShapes() gives each block's shape when the network is valid", () => {
  assert.deepEqual(
    inferShapes(network([
      { ...CONV, stride: 2 },
      { type: "batchNorm" },
      {
        type: "residual",
        body: [{ ...CONV, outChannels: 6 }, { type: "relu" }],
        shortcut: [{ ...CONV, outChannels: 6, kernel: 1, padding: 0 }],
      },
      { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
      { type: "avgPool", kernel: 2, stride: 1 },
      { type: "dropout", rate: 0.5 },
      { type: "linear", outFeatures: 10, bias: true },
    ], [3, 9, 10])),
    {
      ok: true,
      output: [10, 1, 1],
      blocks: [
        [4, 5, 5],
        [4, 5, 5],
        [6, 5, 5],
        [6, 3, 3],
        [6, 2, 2],
        [6, 2, 2],
        [10, 1, 1],
      ],
    },
  );
});

Deno.test("inferShapes() gives the input's shape when there are no blocks", () => {
  assert.deepEqual(inferShapes(network([])), {
    ok: true,
    output: [3, 8, 8],
    blocks: [],
  });
});

Deno.test("inferShapes() agrees with a plain run when the network is any valid one", () => {
  fc.assert(fc.property(validNetwork, (valid) => {
    const [channels, height, width] = valid.input;
    const image = new Array<number>(channels * height * width).fill(1);
    const { shape, values } = run(valid, image, () => 0.5);
    assert.deepEqual(shapes(valid).output, shape);
    assert.equal(values.length, shape[0] * shape[1] * shape[2]);
    for (const [i, blockShape] of shapes(valid).blocks.entries()) {
      const prefix = network(valid.blocks.slice(0, i + 1), valid.input);
      assert.deepEqual(shapes(prefix).output, blockShape);
    }
  }));
});

const REJECTED: readonly (readonly [Layer, string])[] = [
  [
    { ...CONV, kernel: 11 },
    "conv kernel is 11 on a map of 8x8x3 with padding 1, expected a kernel that fits",
  ],
  [
    { ...CONV, outChannels: 0 },
    "conv outChannels is 0, expected an integer >= 1",
  ],
  [{ ...CONV, kernel: 1.5 }, "conv kernel is 1.5, expected an integer >= 1"],
  [{ ...CONV, stride: 0 }, "conv stride is 0, expected an integer >= 1"],
  [{ ...CONV, padding: -1 }, "conv padding is -1, expected an integer >= 0"],
  [
    { ...CONV, bias: undefined as unknown as boolean },
    "conv bias is undefined, expected true or false",
  ],
  [
    { type: "maxPool", kernel: 9, stride: 2, padding: 0 },
    "maxPool kernel is 9 on a map of 8x8x3 with padding 0, expected a kernel that fits",
  ],
  [
    { type: "maxPool", kernel: 2, stride: NaN, padding: 0 },
    "maxPool stride is NaN, expected an integer >= 1",
  ],
  [
    { type: "maxPool", kernel: 3, stride: 2, padding: 2 },
    "maxPool padding is 2, expected at most half the kernel of 3",
  ],
  [
    { type: "avgPool", kernel: 9, stride: 1 },
    "avgPool kernel is 9 on a map of 8x8x3 with padding 0, expected a kernel that fits",
  ],
  [
    { type: "avgPool", kernel: 2, stride: 0 },
    "avgPool stride is 0, expected an integer >= 1",
  ],
  [
    { type: "avgPool", kernel: "all" as "global", stride: 1 },
    "avgPool kernel is all, expected an integer >= 1",
  ],
  [
    { type: "linear", outFeatures: 0, bias: true },
    "linear outFeatures is 0, expected an integer >= 1",
  ],
  [{ type: "dropout", rate: 1 }, "dropout rate is 1, expected 0 <= rate < 1"],
  [
    { type: "dropout", rate: NaN },
    "dropout rate is NaN, expected 0 <= rate < 1",
  ],
  [
    { type: "softmax" } as unknown as Layer,
    'layer type is "softmax", expected conv, batchNorm, relu, maxPool, avgPool, linear, dropout or padChannels',
  ],
];

Deno.test("inferShapes() rejects with place and reason when a layer cannot run", () => {
  for (const [layer, reason] of REJECTED) {
    const alone = network([{ type: "relu" }, layer]);
    assert.deepEqual(inferShapes(alone), { ok: false, reason, index: 1 });
    for (const place of ["body", "shortcut"] as const) {
      const inside = network([{
        type: "residual",
        body: [],
        shortcut: [],
        [place]: [{ type: "batchNorm" }, layer],
      }]);
      assert.deepEqual(inferShapes(inside), {
        ok: false,
        reason: `${place}.1: ${reason}`,
        index: 0,
      });
    }
  }
});

Deno.test("inferShapes() rejects when a residual block's branches disagree", () => {
  const result = inferShapes(
    network([{ type: "relu" }, {
      type: "residual",
      body: [{ ...CONV, outChannels: 5 }],
      shortcut: [],
    }]),
  );
  assert.deepEqual(result, {
    ok: false,
    reason: "residual body's output is 8x8x5, expected 8x8x3 as the shortcut's",
    index: 1,
  });
});

Deno.test("inferShapes() takes the shortcut's shape when the body is empty", () => {
  const result = shapes(
    network([{
      type: "residual",
      body: [],
      shortcut: [{ ...CONV, stride: 2 }],
    }, { type: "residual", body: [], shortcut: [] }]),
  );
  assert.deepEqual(result.blocks, [[4, 4, 4], [4, 4, 4]]);
});

Deno.test("inferShapes() rejects a residual block inside another", () => {
  const inner = { type: "residual", body: [], shortcut: [] };
  const result = inferShapes(network([{
    type: "residual",
    body: [inner as unknown as Layer],
    shortcut: [],
  }]));
  assert.ok(!result.ok);
  assert.match(result.reason, /^body\.0: layer type is "residual", expected/);
});

Deno.test("inferShapes() rejects when the input is no shape", () => {
  for (const input of [[3, 8], [0, 8, 8], [3, 8.5, 8], [3, 8, NaN]]) {
    assert.deepEqual(inferShapes(network([], input as unknown as Shape)), {
      ok: false,
      reason: `input shape is [${input}], expected three integers >= 1`,
      index: -1,
    });
  }
});

Deno.test("checkNetwork() throws exactly when inferShapes() rejects", () => {
  fc.assert(fc.property(anyNetwork, (any) => {
    const result = inferShapes(any);
    if (result.ok) checkNetwork(any);
    else {
      assert.ok(result.index >= 0 && result.index < any.blocks.length);
      assert.throws(() => checkNetwork(any), {
        name: "RangeError",
        message:
          `Cannot use the network: blocks.${result.index}: ${result.reason}`,
      });
    }
  }));
});

Deno.test("checkNetwork() names no block when the input is at fault", () => {
  assert.throws(() => checkNetwork(network([], [0, 1, 1])), {
    message:
      "Cannot use the network: input shape is [0,1,1], expected three integers >= 1",
  });
});

Deno.test("inferShapes() adds the channels of a concatenation's branches, and names the branch at fault", () => {
  const conv = {
    type: "conv",
    outChannels: 5,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
  const infer = (...branches: Layer[][]) =>
    inferShapes({ input: [2, 4, 6], blocks: [{ type: "concat", branches }] });
  const fitting = infer([conv, { type: "relu" }], []);
  assert.ok(fitting.ok);
  assert.deepEqual(fitting.output, [7, 4, 6]);
  assert.deepEqual(infer(), {
    ok: false,
    reason: "concat has 0 branches, expected at least 1",
    index: 0,
  });
  assert.deepEqual(infer([], [{ ...conv, stride: 2 }]), {
    ok: false,
    reason:
      "concat branch 1 has a map of 2x3, expected 4x6 as the branches before",
    index: 0,
  });
  assert.deepEqual(infer([], [{ type: "dropout", rate: 2 }]), {
    ok: false,
    reason: "branches.1.0: dropout rate is 2, expected 0 <= rate < 1",
    index: 0,
  });
});
