import assert from "node:assert/strict";
import { describe, formatShape, type Network } from "../../lib/network/mod.ts";

Deno.test("describe() names every kind of layer, usual settings unsaid", () => {
  const conv = {
    type: "conv",
    outChannels: 8,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
  const network: Network = {
    input: [1, 28, 20],
    blocks: [
      conv,
      { ...conv, kernel: 5, stride: 2, padding: 0 },
      { type: "batchNorm" },
      { type: "relu" },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
      { type: "residual", body: [conv, { type: "relu" }], shortcut: [] },
      { type: "residual", body: [conv], shortcut: [{ type: "batchNorm" }] },
      { type: "residual", body: [], shortcut: [] },
      { type: "avgPool", kernel: 2, stride: 2 },
      { type: "avgPool", kernel: 2, stride: 1 },
      { type: "avgPool", kernel: "global", stride: 1 },
      { type: "dropout", rate: 0.5 },
      { type: "linear", outFeatures: 10, bias: true },
    ],
  };
  assert.equal(
    describe(network),
    "28x20x1 c8-c8k5s2p0-bn-r-p-p3s2p1-{c8-r}-{c8|bn}-{}-ap2-ap2s1-gap-d0.5-fc10",
  );
});

Deno.test("describe() gives the input alone when there are no blocks", () => {
  assert.equal(describe({ input: [3, 2, 1], blocks: [] }), "2x1x3");
});

Deno.test("formatShape() writes height, width, channels", () => {
  assert.equal(formatShape([3, 32, 64]), "32x64x3");
});

Deno.test("describe() writes a concatenation's branches in brackets", () => {
  const relu = { type: "relu" } as const;
  const network: Network = {
    input: [1, 2, 2],
    blocks: [{
      type: "concat",
      branches: [[relu, { type: "batchNorm" }], [relu], []],
    }],
  };
  assert.equal(describe(network), "2x2x1 [r-bn|r|]");
});
