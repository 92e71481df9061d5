import type { Conv } from "../../../network/mod.ts";
import { batchNorm } from "./batch_norm.ts";
import { conv } from "./conv.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";

/**
 * A convolution and the batch norm that follows it. The convolution's bias
 * cancels in the normalisation and is not added; on the way back, the
 * normalisation's scale goes into the weights instead of over the maps.
 */
export function convBatchNorm(
  context: TrainingGraph,
  layer: Conv,
  places: { readonly conv: Place; readonly norm: Place },
  input: string,
): Forward {
  const convolution = conv(context, layer, places.conv, input, {
    biasCancels: true,
  });
  const norm = batchNorm(
    context,
    places.norm,
    convolution.output,
    layer.bias
      ? { skippedBias: context.parameter(`${places.conv.name}.bias`) }
      : {},
  );
  return {
    output: norm.output,
    backward(outputGradient, wantsInputGradient) {
      const { map, scale } = norm.backwardUnscaled(outputGradient);
      return convolution.backward(map, wantsInputGradient, scale);
    },
  };
}
