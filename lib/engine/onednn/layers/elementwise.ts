import type { Dropout, Shape } from "../../../network/mod.ts";
import { floats } from "../arena.ts";
import { TYPE } from "../constants.ts";
import type { ElementwiseKernels, Kernels } from "../kernels.ts";
import { padded } from "../layout.ts";
import type { Tensor } from "../recorder.ts";
import {
  describeMap,
  type FeatureMap,
  type Forward,
  overwritten,
  type Place,
  type PlanContext,
  typeOf,
} from "./layer.ts";

/** Records a kernel of two inputs; it writes over the first where it may. */
function binary(
  context: PlanContext,
  kernel: "add" | "addRelu" | "mask",
  one: FeatureMap,
  other: FeatureMap,
): FeatureMap {
  const output = overwritten(context, one);
  const [out, a, b] = [output, one, other].map(({ tensor }) => tensor.buffer);
  context.recorder.host([out!, a!, b!], ({ kernels }) => {
    const run = kernelsOf(context, one, kernels)[kernel];
    const [o, x, y, bytes] = [out!.offset, a!.offset, b!.offset, out!.bytes];
    return () => run(o, x, y, bytes);
  });
  return output;
}

/** The kernels for the values of a map. */
export function kernelsOf(
  context: PlanContext,
  { shape }: FeatureMap,
  kernels: Kernels,
): ElementwiseKernels {
  return typeOf(context, shape) === TYPE.float ? kernels : kernels.narrow;
}

/** The sum of two maps. */
export function add(
  context: PlanContext,
  one: FeatureMap,
  other: FeatureMap,
): FeatureMap {
  return binary(context, "add", one, other);
}

/**
 * max(x, 0), whose gradient at 0 is 0. The layers before do not look back at
 * what they gave, so that it may be written over.
 */
export function relu(context: PlanContext, input: FeatureMap): Forward {
  const output = {
    ...overwritten(context, input),
    // Its own backward pass looks back at it: a sum must not be written over it.
    shared: context.training,
  };
  const [out, a] = [output.tensor.buffer, input.tensor.buffer];
  context.recorder.host([out, a], ({ kernels }) => {
    const { relu } = kernelsOf(context, input, kernels);
    const [o, x, bytes] = [out.offset, a.offset, out.bytes];
    return () => relu(o, x, bytes);
  });
  return {
    output,
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient
        ? binary(context, "mask", gradient, output)
        : undefined,
  };
}

/** The end of a residual block: max(body + shortcut, 0). */
export function addRelu(
  context: PlanContext,
  body: FeatureMap,
  shortcut: FeatureMap,
): Forward {
  const output = {
    ...binary(context, "addRelu", body, shortcut),
    // Its own backward pass looks back at it.
    shared: true,
  };
  return {
    output,
    backward: (gradient) => binary(context, "mask", gradient, output),
  };
}

/** The input times a mask that is drawn anew for each step. */
export function dropout(
  context: PlanContext,
  { rate }: Dropout,
  { input: shape }: Place,
  input: FeatureMap,
): Forward {
  if (!context.training) return { output: input, backward: () => undefined };
  const { recorder } = context;
  // Always single precision: few of the factors are numbers of bfloat16.
  const mask = recorder.tensor(describeMap(context, shape, TYPE.float));
  const { buffer } = mask;
  const kept = 1 / (1 - rate);
  const places = blockedPlaces(shape, recorder.library.block);
  const stride = buffer.bytes / 4 / context.batch;
  recorder.host([buffer], (arena) => {
    const values = floats(arena, buffer.offset, buffer.bytes / 4);
    return () => {
      const { random } = context.pass();
      values.fill(0);
      for (let image = 0; image < context.batch; image++) {
        for (let i = 0; i < places.length; i++) {
          const place = image * stride + places[i]!;
          if (random === undefined) values[place] = 1;
          else if (random.uniform() >= rate) values[place] = kept;
        }
      }
    };
  });
  return {
    output: multiply(context, { ...input, shared: true }, mask),
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient ? multiply(context, gradient, mask) : undefined,
  };
}

/** A map times factors of single precision; it is written over where it may be. */
function multiply(
  context: PlanContext,
  map: FeatureMap,
  factors: Tensor,
): FeatureMap {
  const { recorder } = context;
  const layout = factors.descriptor;
  const output = overwritten(context, map);
  const a = recorder.as(map.tensor, layout).buffer;
  recorder.into(output.tensor, layout, ({ buffer: out }) => {
    const b = factors.buffer;
    recorder.host([out, a, b], ({ kernels }) => {
      const [o, x, y, bytes] = [out.offset, a.offset, b.offset, out.bytes];
      return () => kernels.multiply(o, x, y, bytes);
    });
  });
  return output;
}

/** For each value of an image, channel by channel, its place in a blocked map. */
export function blockedPlaces(
  [channels, height, width]: Shape,
  block: number,
): Int32Array {
  const pixels = height * width;
  const places = new Int32Array(channels * pixels);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < pixels; p++) {
      places[c * pixels + p] = (Math.floor(c / block) * pixels + p) * block +
        c % block;
    }
  }
  return places;
}

/** Floats of one image in a blocked map. */
export function blockedSize(
  [channels, height, width]: Shape,
  block: number,
): number {
  return padded(channels, block) * height * width;
}
