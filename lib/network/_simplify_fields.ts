import { type Window, windowTravel } from "./_layer_shape.ts";
import type { AvgPool, Layer, Shape } from "./network.ts";

/**
 * The layer with only its own fields, a global pool's kernel written out where
 * the map is square, and the smallest stride that has the same effect.
 *
 * @param layer A valid layer.
 * @param input Shape of what it reads.
 */
export function simplifyFields(layer: Layer, input: Shape): Layer {
  switch (layer.type) {
    case "conv": {
      const { type, outChannels, kernel, padding, bias } = layer;
      const stride = smallestStride(layer, input);
      return { type, outChannels, kernel, stride, padding, bias };
    }
    case "maxPool": {
      const { type, kernel, padding } = layer;
      return { type, kernel, stride: smallestStride(layer, input), padding };
    }
    case "avgPool": {
      const { type, stride } = layer;
      const kernel = explicitKernel(layer, input);
      return kernel === "global"
        ? { type, kernel, stride: 1 }
        : { type, kernel, stride: smallestStride({ kernel, stride }, input) };
    }
    case "linear": {
      const { type, outFeatures, bias } = layer;
      return { type, outFeatures, bias };
    }
    case "dropout":
      return { type: layer.type, rate: layer.rate };
    case "padChannels": {
      const { type, before, after } = layer;
      return { type, before, after };
    }
    case "batchNorm":
    case "relu":
      return { type: layer.type };
  }
}

/** A global pool has a kernel that can be written down when the map is square. */
function explicitKernel(
  { kernel }: AvgPool,
  [, height, width]: Shape,
): AvgPool["kernel"] {
  return kernel === "global" && height === width ? height : kernel;
}

/** All strides longer than the window's travel leave it in its one place. */
function smallestStride(window: Window, input: Shape): number {
  return Math.min(window.stride, Math.max(...windowTravel(window, input)) + 1);
}
