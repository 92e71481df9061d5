import assert from "node:assert/strict";
import { BENCH_NETWORKS } from "../../bench/networks.ts";
import { nominalFlops } from "../../bench/nominal.ts";
import type { Block, Network } from "../../lib/network/mod.ts";
import { canonical, countParameters } from "../../lib/network/mod.ts";

function conv(outChannels: number): Block {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  };
}
const FC: Block = { type: "linear", outFeatures: 10, bias: true };

Deno.test("nominalFlops() is three products a layer but two for the first", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [conv(4), { type: "relu" }, conv(5), FC],
  };
  // MACs by hand: outputs x inputs x kernel x pixels.
  const first = 4 * 3 * 9 * 64;
  const second = 5 * 4 * 9 * 64;
  const linear = 10 * 5 * 64;
  assert.equal(
    nominalFlops(network),
    2 * (2 * first + 3 * second + 3 * linear),
  );
});

Deno.test("nominalFlops() counts the first input gradient when something trainable needs it", () => {
  const blocks = [conv(4), FC];
  const plain = nominalFlops({ input: [3, 8, 8], blocks });
  const withNorm = nominalFlops({
    input: [3, 8, 8],
    blocks: [{ type: "batchNorm" }, ...blocks],
  });
  assert.equal(withNorm - plain, 2 * 4 * 3 * 9 * 64);
});

Deno.test("nominalFlops() counts a shortcut's convolution", () => {
  const shortcut: Block = {
    type: "conv",
    outChannels: 6,
    kernel: 1,
    stride: 2,
    padding: 0,
    bias: false,
  };
  const strided: Block = {
    type: "conv",
    outChannels: 6,
    kernel: 3,
    stride: 2,
    padding: 1,
    bias: false,
  };
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(4),
      { type: "residual", body: [strided], shortcut: [shortcut] },
    ],
  };
  const first = 4 * 3 * 9 * 64;
  const body = 6 * 4 * 9 * 16;
  const side = 6 * 4 * 16;
  assert.equal(nominalFlops(network), 2 * (2 * first + 3 * (body + side)));
});

Deno.test("BENCH_NETWORKS are six, canonical, of the sizes that are told", () => {
  const sizes = Object.fromEntries(
    BENCH_NETWORKS.map(({ name, network }) => [name, countParameters(network)]),
  );
  assert.deepEqual(sizes, {
    "resnet18-64": 11_173_962,
    "resnet18-16": 701_466,
    "cnn": 70_618,
    "vgg13-16": 591_162,
    "stage1": 293_770,
    "stage2": 51_993,
  });
  for (const { network } of BENCH_NETWORKS) {
    assert.deepEqual(network, canonical(network));
  }
});
