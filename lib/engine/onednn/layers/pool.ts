import type { AvgPool, MaxPool } from "../../../network/mod.ts";
import { ALGORITHM, ARGUMENT, PROPAGATION, QUERY } from "../constants.ts";
import { describeOperation, dimensions, memoryBytes } from "../descriptors.ts";
import type { Arguments } from "../recorder.ts";
import { kernelsOf } from "./elementwise.ts";
import {
  describeMap,
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
  typeOf,
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
  // One type on both sides, the wider one: a mean over the whole map is not rounded.
  const type = typeOf(context, place.output);
  const source = describeMap(context, place.input, type);
  const destination = describeMap(context, place.output, type);
  const forward = recorder.descriptor(
    describeOperation((out) =>
      symbols.dnnl_pooling_forward_desc_init(
        out,
        context.training
          ? PROPAGATION.forwardTraining
          : PROPAGATION.forwardInference,
        algorithm,
        source,
        destination,
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
  // Where layers are folded no NaN can arise.
  if (isMax && !input.watched && context.folded === undefined) {
    watchInput(context, input);
  }
  recorder.primitive(forward, [
    [ARGUMENT.source, recorder.as(input.tensor, source)],
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
            source,
            destination,
            strides,
            kernel,
            padding,
            padding,
          ), "describe a pool's gradient"),
        forward,
      );
      recorder.into(
        result.tensor,
        source,
        (computed) =>
          recorder.primitive(backward, [
            [ARGUMENT.diffDestination, gradient.tensor],
            ...workspace,
            [ARGUMENT.diffSource, computed],
          ]),
      );
      return result;
    },
  };
}

/** The library's maximum passes over NaN, which must not go unseen. */
function watchInput(context: PlanContext, input: FeatureMap): void {
  const { recorder, batch, watch } = context;
  const { buffer } = input.tensor;
  recorder.host([buffer], ({ kernels }) => {
    const { sum } = kernelsOf(context, input, kernels);
    const bytes = buffer.bytes / batch;
    return () => {
      for (let image = 0; image < batch; image++) {
        watch[image]! += 0 * sum(buffer.offset + image * bytes, bytes);
      }
    };
  });
}
