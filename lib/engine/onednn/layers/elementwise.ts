import type { Dropout, Shape } from "../../../network/mod.ts";
import { floats } from "../arena.ts";
import type { Kernels } from "../kernels.ts";
import { padded } from "../layout.ts";
import {
  type FeatureMap,
  type Forward,
  newMap,
  overwritten,
  type Place,
  type PlanContext,
} from "./layer.ts";

/** Records a kernel of two inputs; it writes over the first where it may. */
function binary(
  context: PlanContext,
  kernel: "add" | "addRelu" | "mask" | "multiply",
  one: FeatureMap,
  other: FeatureMap,
): FeatureMap {
  const output = overwritten(context, one);
  const [out, a, b] = [output, one, other].map(({ tensor }) => tensor.buffer);
  context.recorder.host([out!, a!, b!], ({ kernels }) => {
    const run: Kernels[typeof kernel] = kernels[kernel];
    const [o, x, y, bytes] = [out!.offset, a!.offset, b!.offset, out!.bytes];
    return () => run(o, x, y, bytes);
  });
  return output;
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
  const output = overwritten(context, input);
  const [out, a] = [output.tensor.buffer, input.tensor.buffer];
  context.recorder.host([out, a], ({ kernels: { relu } }) => {
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
  const mask = newMap(context, shape);
  const { buffer } = mask.tensor;
  const kept = 1 / (1 - rate);
  const places = blockedPlaces(shape, context.recorder.library.block);
  const stride = buffer.bytes / 4 / context.batch;
  context.recorder.host([buffer], (arena) => {
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
    output: binary(context, "multiply", { ...input, shared: true }, mask),
    backward: (gradient, wantsInputGradient) =>
      wantsInputGradient
        ? binary(context, "multiply", gradient, mask)
        : undefined,
  };
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
