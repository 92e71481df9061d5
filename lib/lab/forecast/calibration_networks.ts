/**
 * Networks that are timed: of little and of much work, of wide maps and of deep
 * ones, as teachers and students are.
 *
 * @module
 */

import { type Network, resnet, vgg } from "../../network/mod.ts";

/** Images of a step, as in most recipes. */
export const PROBE_BATCH = 64;

/** What is timed; fixed, since a calibration is kept. */
export const PROBES: readonly Network[] = [
  {
    input: [1, 28, 28],
    blocks: [
      {
        type: "conv",
        outChannels: 6,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
      },
      { type: "relu" },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      { type: "linear", outFeatures: 10, bias: true },
    ],
  },
  vgg({ depth: 11, input: [1, 28, 28], classes: 10, width: 0.125 }),
  resnet({ depth: 18, input: [3, 16, 16], classes: 10, width: 0.25 }),
  vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.25 }),
];
