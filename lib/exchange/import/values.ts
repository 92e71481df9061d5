/**
 * What is known of a graph's tensors while it is read, and the steps that it is
 * understood as: this project's layers, additions and concatenations.
 *
 * @module
 */

import type { Layer, ParameterRole, Shape } from "../../network/mod.ts";
import type { Constant, PlainNode } from "./plain_graph.ts";
import type { View } from "./view.ts";

/** Arrays of a layer by what they do. */
export type StepArrays = Partial<Record<ParameterRole, Float32Array>>;

/** One step of the network. */
export type Step =
  | {
    readonly type: "input";
    readonly reads: readonly number[];
    /** Factor and summand of each channel, which the images are given beforehand. */
    scale: Float64Array;
    shift: Float64Array;
  }
  | {
    readonly type: "layer";
    readonly reads: readonly number[];
    layer: Layer;
    arrays: StepArrays;
    readonly node: PlainNode;
  }
  | {
    readonly type: "add" | "concat";
    readonly reads: readonly number[];
    readonly node: PlainNode;
  };

/** A feature map in a tensor. */
export interface MapValue {
  readonly kind: "map";
  /** Number of the step that gives it. */
  readonly step: number;
  /** Shape of the map, `[channels, height, width]`. */
  readonly shape: Shape;
  /** How the tensor holds it. */
  readonly view: View;
  /** Whether nothing else reads what the step gives, on all the way from it. */
  readonly sole: boolean;
  /** Whether no value can be below 0. */
  readonly nonNegative: boolean;
  /** Pixels that were padded, for the window that comes next. */
  readonly border?: Border;
  /** Every how manieth row and column was taken, where they are not yet equal. */
  readonly strides?: readonly [down: number, right: number];
  /** Whether a softmax was taken: only the output may be of it. */
  readonly isSoftened?: boolean;
}

/** Padding by height and width, before and after. */
export interface Border {
  /** `[[top, bottom], [left, right]]`. */
  readonly sides: Sides;
  /** What stands there. */
  readonly value: number;
  /** Who padded. */
  readonly node: PlainNode;
}

/** `[[top, bottom], [left, right]]`. */
export type Sides = readonly [
  readonly [number, number],
  readonly [number, number],
];

/** A tensor of known values. */
export interface ConstantValue extends Constant {
  readonly kind: "constant";
}

/** What is known of a tensor. */
export type Value = MapValue | ConstantValue;

/** Stands for the number of images among sizes that a graph computes. */
export const BATCH = -(2 ** 40);
