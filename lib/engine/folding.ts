/**
 * Batch norms folded into the convolutions and linear layers before them: what a
 * prediction computes, with fewer operations.
 *
 * @module
 */

import {
  BATCH_NORM_EPSILON,
  type Network,
  parameterTable,
} from "../network/mod.ts";
import type { Weights } from "./engine.ts";

/** A network's parameters: values and shapes by name. */
export interface Lookup {
  /** Values. */
  readonly weights: Weights;
  /** Shapes. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * Parameters of a canonical network.
 *
 * @param network In canonical form, which the names follow.
 * @param weights Its weights.
 */
export function lookupOf(network: Network, weights: Weights): Lookup {
  return {
    weights,
    shapes: new Map(
      parameterTable(network).map(({ name, shape }) => [name, shape]),
    ),
  };
}

/** Per-channel scale and shift of a batch norm with running statistics. */
export interface Affine {
  /** Factors, `[channels]`. */
  readonly scale: Float64Array;
  /** Added after, `[channels]`. */
  readonly shift: Float64Array;
}

/**
 * What a batch norm does to each channel in a prediction.
 *
 * @param lookup The network's parameters.
 * @param name Of the batch norm, for example "blocks.1".
 */
export function affineOf({ weights }: Lookup, name: string): Affine {
  const scales = weights[`${name}.scale`]!;
  const shifts = weights[`${name}.shift`]!;
  const means = weights[`${name}.runningMean`]!;
  const variances = weights[`${name}.runningVariance`]!;
  const scale = Float64Array.from(
    scales,
    (value, c) => value / Math.sqrt(variances[c]! + BATCH_NORM_EPSILON),
  );
  return {
    scale,
    shift: Float64Array.from(
      shifts,
      (value, c) => value - means[c]! * scale[c]!,
    ),
  };
}

/** Weight and bias of a layer. */
export interface FoldedWeights {
  /** Of shape `shape`. */
  readonly weight: Float32Array;
  /** `[out]`; zeros where the layer has none and nothing is folded in. */
  readonly bias: Float32Array;
  /** Of the weight: `[out, in, height, width]` or `[out, in]`. */
  readonly shape: readonly number[];
}

/**
 * Weight and bias of a convolution or linear layer, with a batch norm folded in.
 *
 * @param lookup The network's parameters.
 * @param name Of the layer.
 * @param norm Of the batch norm behind it, where there is one.
 */
export function foldedWeights(
  lookup: Lookup,
  name: string,
  norm: string | undefined,
): FoldedWeights {
  const shape = lookup.shapes.get(`${name}.weight`)!;
  const outputs = shape[0]!;
  const weight = lookup.weights[`${name}.weight`]!;
  const bias = lookup.weights[`${name}.bias`] ?? new Float32Array(outputs);
  if (norm === undefined) return { weight, bias, shape };
  const { scale, shift } = affineOf(lookup, norm);
  const row = weight.length / outputs;
  return {
    shape,
    weight: weight.map((value, i) => value * scale[Math.floor(i / row)]!),
    bias: bias.map((value, c) => value * scale[c]! + shift[c]!),
  };
}
