/** A network of which different layers may be removed with the same outcome. */

import type { Network } from "../../lib/network/mod.ts";

function conv(outChannels: number) {
  return {
    type: "conv",
    outChannels,
    kernel: 3,
    stride: 1,
    padding: 1,
    bias: true,
  } as const;
}

/** Convolutions 2 and 4 are alike: without one of them it is the same network. */
export const TWINS: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(8),
    { type: "relu" },
    conv(8),
    { type: "relu" },
    conv(8),
    { type: "relu" },
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: 3, bias: true },
  ],
};
