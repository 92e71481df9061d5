import type { Layer } from "./network.ts";

/**
 * Says which field of a layer is out of its range, whatever the layer reads.
 *
 * @param layer The layer.
 * @returns "<field> is …, expected …", or undefined when all is well.
 */
export function wrongField(layer: Layer): string | undefined {
  switch (layer.type) {
    case "conv":
      return wrongInteger("outChannels", layer.outChannels, 1) ??
        wrongInteger("kernel", layer.kernel, 1) ??
        wrongInteger("stride", layer.stride, 1) ??
        wrongInteger("padding", layer.padding, 0) ??
        wrongBias(layer.bias);
    case "maxPool":
      return wrongInteger("kernel", layer.kernel, 1) ??
        wrongInteger("stride", layer.stride, 1) ??
        wrongInteger("padding", layer.padding, 0) ??
        // A window of padding alone would have no maximum.
        (layer.padding * 2 > layer.kernel
          ? `padding is ${layer.padding}, expected at most half the kernel of ${layer.kernel}`
          : undefined);
    case "avgPool":
      // The stride of a global pool says nothing, so it cannot be wrong.
      return layer.kernel === "global"
        ? undefined
        : wrongInteger("kernel", layer.kernel, 1) ??
          wrongInteger("stride", layer.stride, 1);
    case "linear":
      return wrongInteger("outFeatures", layer.outFeatures, 1) ??
        wrongBias(layer.bias);
    case "dropout":
      return layer.rate >= 0 && layer.rate < 1
        ? undefined
        : `rate is ${layer.rate}, expected 0 <= rate < 1`;
    case "padChannels":
      return wrongInteger("before", layer.before, 0) ??
        wrongInteger("after", layer.after, 0);
    default:
      return undefined;
  }
}

function wrongInteger(
  field: string,
  value: number,
  least: number,
): string | undefined {
  return Number.isSafeInteger(value) && value >= least
    ? undefined
    : `${field} is ${value}, expected an integer >= ${least}`;
}

function wrongBias(bias: boolean): string | undefined {
  // Read from a file it may be missing, which would count as no bias in one
  // place and get its own identity in another.
  return typeof bias === "boolean"
    ? undefined
    : `bias is ${bias}, expected true or false`;
}
