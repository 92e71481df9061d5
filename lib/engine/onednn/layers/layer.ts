/**
 * What the layers of a plan share. Each layer kind has one file with its forward
 * pass and, right beside it, its derivative.
 *
 * @module
 */

import type { Shape } from "../../../network/mod.ts";
import type { Random } from "../../../random/mod.ts";
import type { Buffer } from "../arena.ts";
import { type Bytes, describeMemory } from "../descriptors.ts";
import { TAG, TYPE, type ValueType } from "../constants.ts";
import { padded } from "../layout.ts";
import type { Folded } from "../folded.ts";
import type { Recorder, Tensor } from "../recorder.ts";

/** What a pass in training mode is given beside its images. */
export interface TrainingPass {
  /** The stream of dropout's masks; absent where dropout lets everything through. */
  readonly random?: Random;
  /** Share of the batch's statistics in the new running ones. */
  readonly momentum: number;
}

/** A plan under construction, and what its layers find in the program. */
export interface PlanContext {
  readonly recorder: Recorder;
  /** Images of a run. */
  readonly batch: number;
  readonly training: boolean;
  /** Whether maps of more than one pixel are bfloat16. */
  readonly narrow: boolean;
  /** A trainable parameter's blocked values. */
  parameter(name: string): Buffer;
  /** Where its gradient belongs. */
  gradient(name: string): Buffer;
  /** Where a trainable parameter's public values stand among the blocked ones. */
  places(name: string): Int32Array;
  /** Running statistics by name, in their public form. */
  running(name: string): Float32Array;
  /** Public values of a trainable vector. */
  vector(name: string): Float32Array;
  /** The pass that runs. */
  pass(): TrainingPass;
  /** Takes an action for the end of each run; one that fails before leaves it out. */
  atEnd(action: () => void): void;
  /** Convolutions with what follows them, in predictions that compute both as one. */
  readonly folded?: () => Folded["convolutions"];
  /** One number an image, 0; made NaN, it makes the image's logits NaN. */
  readonly watch: Float32Array;
}

/** A feature map of the whole batch, or the loss's gradient in one. */
export interface FeatureMap {
  readonly shape: Shape;
  readonly tensor: Tensor;
  /** Whether others will read it: then nobody may write over it. */
  readonly shared?: boolean;
  /** Whether a NaN in it has already been seen, see {@link PlanContext.watch}. */
  readonly watched?: boolean;
}

/** A layer's place in the network. */
export interface Place {
  /** Prefix of its parameters' names, for example "blocks.3". */
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
}

/**
 * A layer whose forward pass has been recorded. `backward` takes the gradient
 * of the loss in the output, records the gradients of the layer's parameters
 * and returns the gradient in the input; undefined where that is not wanted. It
 * may write over a gradient that is not shared.
 */
export interface Forward {
  readonly output: FeatureMap;
  backward(
    gradient: FeatureMap,
    wantsInputGradient: boolean,
  ): FeatureMap | undefined;
}

/**
 * The type of a map's values. A map of one pixel is a vector on its way to the
 * logits, small and near the loss: it is always single precision.
 */
export function typeOf(
  { narrow }: Pick<PlanContext, "narrow">,
  [, height, width]: Shape,
): ValueType {
  return narrow && height * width > 1 ? TYPE.bfloat16 : TYPE.float;
}

/** Describes a blocked map of a batch; of another type than usual where one is given. */
export function describeMap(
  context: PlanContext,
  shape: Shape,
  type: ValueType = typeOf(context, shape),
): Bytes {
  const { recorder: { library }, batch } = context;
  const [channels, height, width] = shape;
  return describeMemory(
    library,
    [batch, padded(channels, library.block), height, width],
    library.block === 16 ? TAG.nChw16c : TAG.nChw8c,
    type,
  );
}

/** A new blocked map. */
export function newMap(context: PlanContext, shape: Shape): FeatureMap {
  return {
    shape,
    tensor: context.recorder.tensor(describeMap(context, shape)),
  };
}

/** The map itself where it may be written over, else a new one of its shape. */
export function overwritten(
  context: PlanContext,
  map: FeatureMap,
): FeatureMap {
  return map.shared ? newMap(context, map.shape) : map;
}

/** Describes one number a channel. */
export function describeVector(
  { recorder: { library } }: PlanContext,
  channels: number,
): Bytes {
  return describeMemory(library, [padded(channels, library.block)], TAG.a);
}
