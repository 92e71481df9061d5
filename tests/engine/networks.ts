/** Networks and plans that several tests use. */

import type { Block, Layer, Network } from "../../lib/network/mod.ts";
import type { Optimiser } from "../../lib/engine/mod.ts";

/** A convolution with padding that keeps the map's size. */
export function conv(
  kernel: number,
  { out = 2, bias = false } = {},
): Extract<Layer, { type: "conv" }> {
  const padding = (kernel - 1) / 2;
  return { type: "conv", outChannels: out, kernel, stride: 1, padding, bias };
}

/** A linear layer with a bias. */
export function linear(outFeatures: number, bias = true): Layer {
  return { type: "linear", outFeatures, bias };
}

const NORM: Layer = { type: "batchNorm" };
const RELU: Layer = { type: "relu" };

/** Every layer kind once, in the order of real networks. */
export const EVERYTHING: Network = {
  input: [2, 8, 8],
  blocks: [
    conv(3, { out: 3, bias: true }),
    NORM,
    RELU,
    { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
    {
      type: "residual",
      body: [conv(3, { out: 3 }), NORM, RELU, conv(3, { out: 3 }), NORM],
      shortcut: [],
    },
    {
      type: "residual",
      body: [{ ...conv(3, { out: 4 }), stride: 2 }, NORM],
      shortcut: [{ ...conv(1, { out: 4, bias: true }), stride: 2 }, NORM],
    },
    { type: "dropout", rate: 0.25 },
    { type: "avgPool", kernel: "global", stride: 1 },
    linear(5),
  ],
};

/** A fire module, then logits from a pool as in SqueezeNet. */
export const POOL_ENDED: Network = {
  input: [1, 4, 4],
  blocks: [
    conv(1, { out: 2, bias: true }),
    RELU,
    {
      type: "concat",
      branches: [
        [conv(1, { out: 16, bias: true }), RELU],
        [{ ...conv(3, { out: 5, bias: true }), padding: 1 }, NORM, RELU],
        [],
      ],
    },
    { type: "dropout", rate: 0.25 },
    conv(1, { out: 5, bias: true }),
    { type: "avgPool", kernel: "global", stride: 1 },
  ],
};

/** No kinks: gradients are smooth in all weights. */
export const SMOOTH: Network = {
  input: [2, 4, 4],
  blocks: [
    conv(3, { out: 3, bias: true }),
    NORM,
    { type: "avgPool", kernel: 2, stride: 2 },
    linear(4),
    linear(3),
  ],
};

/** One weight: logit = weight * pixel. */
export const ONE_WEIGHT: Network = {
  input: [1, 1, 1],
  blocks: [linear(1, false)],
};

/** A network of the given blocks on maps of one channel, ending in two logits. */
export function small(...blocks: readonly Block[]): Network {
  return { input: [1, 4, 4], blocks: [...blocks, linear(2)] };
}

/** Optimisers of all kinds and switches, by name. */
export const OPTIMISERS: Readonly<Record<string, Optimiser>> = {
  "plain SGD": sgd({}),
  "SGD with weight decay": sgd({ weightDecay: 0.1 }),
  "SGD with momentum": sgd({ momentum: 0.9 }),
  "SGD with momentum and weight decay": sgd({
    momentum: 0.8,
    weightDecay: 0.05,
  }),
  "SGD with nesterov": sgd({ momentum: 0.9, nesterov: true }),
  "SGD with nesterov and weight decay": sgd({
    momentum: 0.7,
    nesterov: true,
    weightDecay: 0.1,
  }),
  "Adam": adam({}),
  "Adam with weight decay": adam({ weightDecay: 0.1 }),
  "AdamW": adam({ weightDecay: 0.5, decoupled: true }),
  "Adam with other constants": adam({
    beta1: 0.5,
    beta2: 0.9,
    epsilon: 1e-3,
  }),
};

/** SGD, plain but for what is given. */
export function sgd(
  options: Partial<Extract<Optimiser, { type: "sgd" }>>,
): Optimiser {
  return {
    type: "sgd",
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
    ...options,
  };
}

/** Adam with PyTorch's constants but for what is given. */
export function adam(
  options: Partial<Extract<Optimiser, { type: "adam" }>>,
): Optimiser {
  return {
    type: "adam",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    ...options,
  };
}
