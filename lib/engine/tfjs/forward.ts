import * as tf from "@tensorflow/tfjs";
import type { BatchNorm, Block, Layer, Network } from "../../network/mod.ts";
import type { Kernels } from "./kernels.ts";
import {
  averagePool,
  flatten,
  linear,
  type Moments,
  toChannelsLast,
} from "./layers.ts";

/** What a training pass does beside a prediction. */
export interface TrainingMode {
  /** Multipliers of each dropout layer's input by the layer's name, `[batch, channels, height, width]`. */
  readonly masks: ReadonlyMap<string, tf.Tensor4D>;
  /** Told the batch statistics of each batch-norm layer by the layer's name. */
  readonly onMoments: (name: string, moments: Moments) => void;
}

/** What a pass needs beside its network. */
export interface Pass {
  /** The backend's layers. */
  readonly kernels: Kernels;
  /** `[batch, channels, height, width]`. */
  readonly images: tf.Tensor4D;
  /** Tensors by the names of the parameter table. */
  readonly parameters: ReadonlyMap<string, tf.Tensor>;
  /** Absent in a prediction: running statistics, no dropout. */
  readonly training?: TrainingMode;
}

/** Logits of a batch, `[batch, classes]`. */
export function forward(network: Network, pass: Pass): tf.Tensor2D {
  const x = toChannelsLast(pass.images);
  return flatten(run(x, { blocks: network.blocks, path: "blocks", pass }));
}

/** A sequence inside the network, with the prefix of its parameters' names. */
interface Sequence {
  readonly blocks: readonly Block[];
  readonly path: string;
  readonly pass: Pass;
}

function run(x: tf.Tensor4D, { blocks, path, pass }: Sequence): tf.Tensor4D {
  let y = x;
  for (const [index, block] of blocks.entries()) {
    const name = `${path}.${index}`;
    if (block.type === "concat") {
      const read = y;
      const branches = block.branches.map((layers, branch) =>
        run(read, { blocks: layers, path: `${name}.branches.${branch}`, pass })
      );
      // Maps are channels-last here.
      y = tf.concat(branches, 3);
      continue;
    }
    if (block.type !== "residual") {
      y = apply(y, { layer: block, name, pass });
      continue;
    }
    const shortcut = run(y, {
      blocks: block.shortcut,
      path: `${name}.shortcut`,
      pass,
    });
    if (block.body.length > 0) {
      const body = run(y, { blocks: block.body, path: `${name}.body`, pass });
      y = pass.kernels.relu(tf.add(body, shortcut));
    } else if (block.shortcut.length > 0) {
      y = pass.kernels.relu(shortcut);
    }
  }
  return y;
}

/** One layer, with the prefix of its parameters' names. */
interface Place<L> {
  readonly layer: L;
  readonly name: string;
  readonly pass: Pass;
}

function apply(
  x: tf.Tensor4D,
  { layer, name, pass }: Place<Layer>,
): tf.Tensor4D {
  switch (layer.type) {
    case "conv":
      return pass.kernels.convolve(x, {
        weight: parameter(pass, `${name}.weight`),
        bias: layer.bias ? parameter(pass, `${name}.bias`) : undefined,
        stride: layer.stride,
        padding: layer.padding,
      });
    case "batchNorm":
      return batchNorm(x, { layer, name, pass });
    case "relu":
      return pass.kernels.relu(x);
    case "maxPool":
      return pass.kernels.maxPool(x, layer);
    case "avgPool":
      return layer.kernel === "global"
        ? tf.mean<tf.Tensor4D>(x, [1, 2], true)
        : averagePool(x, { kernel: layer.kernel, stride: layer.stride });
    case "linear":
      return linear(x, {
        weight: parameter(pass, `${name}.weight`),
        bias: layer.bias ? parameter(pass, `${name}.bias`) : undefined,
      });
    case "dropout": {
      const mask = pass.training?.masks.get(name);
      return mask === undefined ? x : tf.mul(x, toChannelsLast(mask));
    }
    case "padChannels":
      // Maps are channels-last here.
      return tf.pad(x, [[0, 0], [0, 0], [0, 0], [layer.before, layer.after]]);
  }
}

function batchNorm(
  x: tf.Tensor4D,
  { name, pass }: Place<BatchNorm>,
): tf.Tensor4D {
  const affine = {
    scale: parameter<tf.Tensor1D>(pass, `${name}.scale`),
    shift: parameter<tf.Tensor1D>(pass, `${name}.shift`),
  };
  const { kernels, training } = pass;
  if (training === undefined) {
    return kernels.normalise(x, {
      ...affine,
      mean: parameter(pass, `${name}.runningMean`),
      variance: parameter(pass, `${name}.runningVariance`),
    });
  }
  return kernels.normaliseBatch(x, {
    ...affine,
    onMoments: (moments) => training.onMoments(name, moments),
  });
}

function parameter<T extends tf.Tensor>(pass: Pass, name: string): T {
  const tensor = pass.parameters.get(name);
  if (tensor === undefined) {
    throw new Error(`Cannot run "${name}": it has no tensor`);
  }
  return tensor as T;
}
