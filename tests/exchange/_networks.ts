import type { TrainedNetwork } from "../../lib/exchange/mod.ts";
import { canonical, type Network, shapes } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { initialise } from "../../lib/training/mod.ts";
import {
  conv,
  EVERYTHING,
  linear,
  POOL_ENDED,
  small,
  SMOOTH,
} from "../engine/networks.ts";

/** What real networks have, and what only a search comes to. */
export const NETWORKS: Readonly<Record<string, Network>> = {
  "every layer kind": EVERYTHING,
  "concatenations and logits from a pool": POOL_ENDED,
  "a batch norm, then pools and linear layers": SMOOTH,
  "a linear layer without bias": small(conv(3), linear(3, false)),
  "batch norms that nothing comes before": small(
    { type: "batchNorm" },
    { type: "relu" },
    { type: "batchNorm" },
  ),
  "batch norms after linear layers, with and without bias": small(
    linear(6),
    { type: "batchNorm" },
    { type: "relu" },
    linear(5, false),
    { type: "batchNorm" },
  ),
  // Of many channels, so that some have nothing above zero in a corner.
  "pools with padding over values below zero": small(
    conv(3, { out: 32, bias: true }),
    { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
  ),
  "a window that is no square of the map": {
    input: [2, 6, 4],
    blocks: [
      conv(3, { out: 3 }),
      { type: "avgPool", kernel: "global", stride: 1 },
      linear(2),
    ],
  },
  "a linear layer on a map that is no square": {
    input: [2, 3, 4],
    blocks: [conv(3, { out: 3 }), linear(2)],
  },
  "logits that are a map": { input: [1, 4, 4], blocks: [conv(3, { out: 2 })] },
  "convolutions on maps of one pixel": small(
    linear(4),
    conv(1, { out: 3, bias: true }),
  ),
  "a shortcut that pads channels": small(
    conv(1, { out: 3 }),
    {
      type: "residual",
      body: [{ ...conv(3, { out: 7 }), stride: 2 }],
      shortcut: [
        { type: "avgPool", kernel: 1, stride: 2 },
        { type: "padChannels", before: 1, after: 3 },
      ],
    },
  ),
  "a residual block without layers": small(
    conv(1),
    { type: "residual", body: [{ type: "relu" }], shortcut: [] },
    {
      type: "residual",
      body: [{ type: "maxPool", kernel: 1, stride: 1, padding: 0 }],
      shortcut: [],
    },
  ),
};

/** A network with made-up weights; statistics are not those of fresh ones. */
export function trained(network: Network): TrainedNetwork {
  const form = canonical(network);
  const random = randomStream(1, "weights");
  const fresh = initialise(form, { initialisation: "he", seed: 1, owner: "t" });
  const [channels, height, width] = shapes(form).output;
  const classes = channels * height * width;
  return {
    name: "made-up",
    network: form,
    weights: Object.fromEntries(
      Object.entries(fresh).map(([name, values]) => [
        name,
        values.map((value) =>
          name.endsWith("Variance")
            ? 0.5 + random.uniform()
            : value + 0.3 * random.normal()
        ),
      ]),
    ),
    classes: Array.from({ length: classes }, (_, i) => `class "${i}"`),
    mean: [0.25, 0.5, 0.125].slice(0, form.input[0]),
    std: [0.5, 0.75, 0.5].slice(0, form.input[0]),
    dataset: "noise",
    source: "nowhere",
    accuracy: 0.5,
  };
}

/** Made-up images, normalised. */
export function noise(
  { input: [channels, height, width] }: Network,
  count: number,
): Float32Array {
  const random = randomStream(2, "images");
  return Float32Array.from(
    { length: count * channels * height * width },
    () => random.normal(),
  );
}
