import assert from "node:assert/strict";
import {
  activationBytes,
  countMacs,
  type Network,
  resnet,
} from "../../lib/network/mod.ts";

const NETWORK: Network = {
  input: [3, 8, 8],
  blocks: [
    {
      type: "residual",
      body: [{
        type: "conv",
        outChannels: 5,
        kernel: 3,
        stride: 2,
        padding: 1,
        bias: true,
      }],
      shortcut: [
        {
          type: "conv",
          outChannels: 5,
          kernel: 1,
          stride: 2,
          padding: 0,
          bias: false,
        },
        { type: "batchNorm" },
      ],
    },
    { type: "residual", body: [], shortcut: [] },
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

Deno.test("countMacs() counts convolutions and linear layers only", () => {
  assert.equal(countMacs(NETWORK), 80 * 27 + 80 * 3 + 5 * 10);
});

Deno.test("countMacs() gives the known count when the network is ResNet-18 at 32x32", () => {
  // 0.56 G, as published for this model. Stem 64*27*32^2; stage 1 four times
  // 64*576*32^2; each later stage half of a stage's first convolution, three
  // full ones and a shortcut of 1/18 of a full one, all of the same cost.
  const full = 64 * 576 * 32 ** 2;
  const stem = 64 * 27 * 32 ** 2;
  const later = full / 2 + 3 * full + full / 18;
  assert.equal(
    countMacs(resnet({ depth: 18, input: [3, 32, 32], classes: 10 })),
    stem + 4 * full + 3 * later + 5120,
  );
});

Deno.test("activationBytes() adds all leaves and the sums of residual blocks", () => {
  // Body, two shortcut leaves, the block's own output; pool; linear. The empty
  // block passes its input on.
  assert.equal(activationBytes(NETWORK), 4 * (4 * 80 + 5 + 10));
});
