/** The contract of engines that run the graphs of lib/engine/onnx. */

import type { Layer, Network } from "../../lib/network/mod.ts";
import { engineContract } from "./contract.ts";
import { conv, linear } from "./networks.ts";
import { makeProblem } from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";

const POOL: Layer = { type: "maxPool", kernel: 2, stride: 2, padding: 0 };

/** A second convolution, so that the first one's output has a gradient too. */
function twoConvs(
  input: Network["input"],
  first: Layer,
  second: Layer,
): Network {
  return { input, blocks: [first, second, linear(3)] };
}

function strided(kernel: number, out: number, padding: number): Layer {
  return {
    type: "conv",
    outChannels: out,
    kernel,
    stride: 2,
    padding,
    bias: true,
  };
}

/** By what is special in the way that each is computed. */
export const SHAPES: Readonly<Record<string, Network>> = {
  "large maps widen": twoConvs(
    [1, 12, 13],
    conv(3, { out: 5 }),
    conv(3, { out: 7 }),
  ),
  "large maps narrow": twoConvs(
    [2, 12, 13],
    conv(3, { out: 7 }),
    conv(3, { out: 5 }),
  ),
  "large maps have windows of 5x5": twoConvs(
    [1, 13, 12],
    conv(5, { out: 3 }),
    conv(5, { out: 4 }),
  ),
  "large maps have windows of 1x1": twoConvs(
    [3, 12, 12],
    conv(1, { out: 6 }),
    conv(1, { out: 5 }),
  ),
  "large maps are narrower than a window": twoConvs(
    [4, 130, 1],
    conv(5, { out: 4 }),
    conv(3, { out: 4 }),
  ),
  "blocks are strided": twoConvs(
    [3, 8, 6],
    conv(3, { out: 16 }),
    strided(3, 16, 1),
  ),
  "blocks of odd maps are strided": twoConvs(
    [3, 7, 9],
    conv(3, { out: 16 }),
    strided(3, 16, 1),
  ),
  "blocks are strided with a stride above the kernel": twoConvs(
    [3, 8, 6],
    conv(3, { out: 16 }),
    strided(1, 32, 0),
  ),
  "blocks are strided with windows of 5x5": twoConvs(
    [3, 8, 8],
    conv(3, { out: 16 }),
    strided(5, 16, 2),
  ),
  "pools have an odd row and column": {
    input: [2, 7, 9],
    blocks: [conv(3, { out: 3 }), POOL, linear(3)],
  },
};

/** Registers the contract and the special shapes. */
export function onnxContract(suite: Suite): void {
  engineContract(suite);

  for (const [shape, network] of Object.entries(SHAPES)) {
    Deno.test(`${suite.name} step() gives forward and gradient when ${shape}`, async () => {
      await checkProblem(
        suite,
        makeProblem(network, { seed: 5, size: 3, learningRate: 1024 }),
      );
    });
  }
}
