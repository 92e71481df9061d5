/**
 * What the layers of a training graph share. Each layer kind has one file with
 * its forward pass and, right beside it, its derivative.
 *
 * @module
 */

import type { Shape } from "../../../network/mod.ts";
import type { Graph } from "../graph.ts";

/** What of a runtime decides how graphs are laid out for it. */
export interface Kernels {
  /** Channels a block of the runtime's direct convolution; undefined for none. */
  readonly block: number | undefined;
  /**
   * Whether a graphics processor computes: its operators read few tensors each,
   * and those that it lacks cost copies there and back.
   */
  readonly gpu: boolean;
}

/** A training graph under construction, and what its layers leave behind. */
export interface TrainingGraph extends Kernels {
  readonly graph: Graph;
  /** Scalar: number of images in the batch, as float. */
  readonly batchSize: string;
  /** The value of a trainable parameter, in its own shape. */
  parameter(name: string): string;
  /** Keeps a parameter's gradient, of any shape with the parameter's size. */
  gradient(name: string, value: string): void;
  /** Keeps a batch statistic, `[channels]`, for the running statistics. */
  statistic(name: string, value: string): void;
  /** Makes the loss NaN where this scalar is not finite. */
  watch(value: string): void;
  /** Declares a dropout mask input, `[batch, ...shape]`. */
  dropoutMask(rate: number, shape: Shape): string;
}

/** A layer's place in the network. */
export interface Place {
  /** Prefix of its parameters' names, for example "blocks.3". */
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
}

/**
 * A layer whose forward pass has been added to a graph. `backward` takes the
 * gradient of the loss in the output, records the gradients of the layer's
 * parameters and returns the gradient in the input; nothing is computed for the
 * input when it is not wanted, and "" is returned.
 */
export interface Forward {
  readonly output: string;
  backward(outputGradient: string, wantsInputGradient: boolean): string;
}

/** ReduceSum over all but the channels of `[batch, channels, height, width]`. */
export function sumOverChannelMaps(graph: Graph, value: string): string {
  return graph.node("ReduceSum", [value, graph.integers([0, 2, 3])], {
    attributes: { keepdims: 0 },
  });
}

/** Makes the loss NaN where a value of a map is not finite. */
export function watchAll({ graph, watch }: TrainingGraph, value: string): void {
  watch(graph.node("ReduceSum", [value], { attributes: { keepdims: 0 } }));
}
