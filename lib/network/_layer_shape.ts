import { wrongField } from "./_layer_fields.ts";
import { formatShape } from "./describe.ts";
import type { Layer, Shape } from "./network.ts";

/** The shape a layer gives, or why it gives none. */
export type ShapeResult =
  | { readonly ok: true; readonly shape: Shape }
  | { readonly ok: false; readonly reason: string };

/** A square window that moves over a map, in pixels. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  /** Pixels added on each side; 0 if absent. */
  readonly padding?: number;
}

/**
 * The output shape of one layer.
 *
 * @param layer The layer; its fields are checked too.
 * @param input Shape of what it reads.
 * @returns The shape, or a reason in words.
 */
export function layerShape(layer: Layer, input: Shape): ShapeResult {
  const wrong = wrongField(layer);
  if (wrong !== undefined) return fail(`${layer.type} ${wrong}`);
  const [channels] = input;
  switch (layer.type) {
    case "conv":
      return windowed(layer, input, layer.outChannels);
    case "maxPool":
      return windowed(layer, input, channels);
    case "avgPool": {
      const { type, kernel, stride } = layer;
      return kernel === "global"
        ? ok([channels, 1, 1])
        : windowed({ type, kernel, stride }, input, channels);
    }
    case "linear":
      return ok([layer.outFeatures, 1, 1]);
    case "padChannels":
      return ok([layer.before + channels + layer.after, input[1], input[2]]);
    case "batchNorm":
    case "relu":
    case "dropout":
      return ok(input);
    default:
      return fail(
        `layer type is "${
          (layer as { type: unknown }).type
        }", expected conv, batchNorm, relu, maxPool, avgPool, linear, dropout or padChannels`,
      );
  }
}

/**
 * The output shape of a layer that must be valid.
 *
 * @param layer The layer.
 * @param input Shape of what it reads.
 * @throws {RangeError} If the layer cannot run on the input.
 */
export function mustLayerShape(layer: Layer, input: Shape): Shape {
  const result = layerShape(layer, input);
  if (result.ok) return result.shape;
  throw new RangeError(`Cannot use the network: ${result.reason}`);
}

/**
 * How far a window can move over a map, `[down, right]` in pixels; below 0 it
 * does not fit.
 *
 * @param window The window.
 * @param map Shape of the map.
 */
export function windowTravel(
  { kernel, padding = 0 }: Window,
  [, height, width]: Shape,
): readonly [down: number, right: number] {
  return [height + 2 * padding - kernel, width + 2 * padding - kernel];
}

function windowed(
  window: Window & { readonly type: string },
  input: Shape,
  channels: number,
): ShapeResult {
  const { type, kernel, stride, padding = 0 } = window;
  const [down, right] = windowTravel(window, input);
  if (down < 0 || right < 0) {
    return fail(
      `${type} kernel is ${kernel} on a map of ${
        formatShape(input)
      } with padding ${padding}, expected a kernel that fits`,
    );
  }
  // A last window that would stick out is left out, as PyTorch does by default.
  return ok([
    channels,
    Math.floor(down / stride) + 1,
    Math.floor(right / stride) + 1,
  ]);
}

function ok(shape: Shape): ShapeResult {
  return { ok: true, shape };
}

function fail(reason: string): ShapeResult {
  return { ok: false, reason };
}
