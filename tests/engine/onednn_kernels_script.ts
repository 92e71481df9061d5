/**
 * Trains networks of every kind of first layer for a step of two images, in single
 * precision or in the one that is named, and predicts one image. The library, asked
 * by DNNL_VERBOSE, prints which kernel it takes for each primitive.
 */

import { openEngine, PRECISIONS } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { conv, linear } from "./networks.ts";
import { dropoutStream, makeProblem, withProgram } from "./problem.ts";

/** Convolutions of every kind that the builders use, on images of some channels. */
function networkOf(channels: number): Network {
  return {
    input: [channels, 16, 16],
    blocks: [
      conv(3, { out: 16, bias: true }),
      { type: "batchNorm" },
      { type: "relu" },
      conv(3, { out: 37 }),
      { type: "batchNorm" },
      { type: "relu" },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      {
        type: "residual",
        body: [
          { ...conv(3, { out: 64 }), stride: 2 },
          { type: "batchNorm" },
          { type: "relu" },
          conv(3, { out: 64 }),
          { type: "batchNorm" },
        ],
        shortcut: [
          { ...conv(1, { out: 64 }), stride: 2 },
          { type: "batchNorm" },
        ],
      },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      // The kernel is larger than the map.
      conv(3, { out: 32 }),
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      conv(3, { out: 16, bias: true }),
      { type: "avgPool", kernel: "global", stride: 1 },
      linear(10),
    ],
  };
}

const engine = await openEngine("onednn");
const precision = PRECISIONS.find((name) => name === Deno.args[0]);
for (const channels of [1, 2, 3, 4]) {
  const problem = makeProblem(networkOf(channels), {
    seed: 1,
    size: 2,
    ...(precision && { precision }),
  });
  await withProgram(
    engine,
    problem,
    async (program) => {
      await program.step(problem.batches[0]!, {
        learningRate: 0.01,
        random: dropoutStream(problem),
      });
      await program.predict(problem.batches[0]!.images, 1);
    },
  );
}
