import type { AvgPool, MaxPool } from "../../../network/mod.ts";
import { ALGORITHM, ARGUMENT, PROPAGATION, QUERY } from "../constants.ts";
import { describeOperation, dimensions, memoryBytes } from "../descriptors.ts";
import type { Arguments } from "../recorder.ts";
import {
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
} from "./layer.ts";

/** y = maximum or mean of each window; of equal maxima the first has the gradient. */
export function pool(
  context: PlanContext,
  layer: MaxPool | AvgPool,
  place: Place,
  input: FeatureMap,
): Forward {
  const { recorder } = context;
  const { library } = recorder;
  const { symbols } = library;
  const isMax = layer.type === "maxPool";
  const algorithm = isMax ? ALGORITHM.maxPool : ALGORITHM.averagePool;
  const whole = layer.kernel === "global";
  const kernel = dimensions(
    layer.kernel === "global"
      ? place.input.slice(1)
      : [layer.kernel, layer.kernel],
  );
  const strides = dimensions(whole ? [1, 1] : [layer.stride, layer.stride]);
  const padding = dimensions(isMax ? [layer.padding, layer.padding] : [0, 0]);
  const output = newMap(context, place.output);
  const forward = recorder.descriptor(
    describeOperation((out) =>
      symbols.dnnl_pooling_forward_desc_init(
        out,
        context.training
          ? PROPAGATION.forwardTraining
          : PROPAGATION.forwardInference,
        algorithm,
        input.tensor.descriptor,
        output.tensor.descriptor,
        strides,
        kernel,
        padding,
        padding,
      ), "describe a pool"),
  );
  const descriptor = recorder.query(forward, QUERY.workspace);
  const workspace: Arguments = memoryBytes(library, descriptor) === 0
    ? []
    : [[ARGUMENT.workspace, recorder.tensor(descriptor)]];
  if (isMax && !input.watched) watchInput(context, input);
  recorder.primitive(forward, [
    [ARGUMENT.source, input.tensor],
    [ARGUMENT.destination, output.tensor],
    ...workspace,
  ]);
  return {
    output: { ...output, watched: isMax },
    backward(gradient, wantsInputGradient) {
      if (!wantsInputGradient) return undefined;
      const result = newMap(context, place.input);
      const backward = recorder.descriptor(
        describeOperation((out) =>
          symbols.dnnl_pooling_backward_desc_init(
            out,
            algorithm,
            result.tensor.descriptor,
            gradient.tensor.descriptor,
            strides,
            kernel,
            padding,
            padding,
          ), "describe a pool's gradient"),
        forward,
      );
      recorder.primitive(backward, [
        [ARGUMENT.diffDestination, gradient.tensor],
        ...workspace,
        [ARGUMENT.diffSource, result.tensor],
      ]);
      return result;
    },
  };
}

/** The library's maximum passes over NaN, which must not go unseen. */
function watchInput(
  { recorder, batch, watch }: PlanContext,
  { tensor: { buffer } }: FeatureMap,
): void {
  recorder.host([buffer], ({ kernels: { sum } }) => {
    const bytes = buffer.bytes / batch;
    return () => {
      for (let image = 0; image < batch; image++) {
        watch[image]! += 0 * sum(buffer.offset + image * bytes, bytes);
      }
    };
  });
}
