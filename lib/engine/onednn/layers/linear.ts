import type { Linear } from "../../../network/mod.ts";
import { ARGUMENT, PROPAGATION, TAG } from "../constants.ts";
import { describeMemory, describeOperation } from "../descriptors.ts";
import { padded } from "../layout.ts";
import type { Arguments, Tensor } from "../recorder.ts";
import { blockedSize } from "./elementwise.ts";
import {
  describeVector,
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
  typeOf,
} from "./layer.ts";

/**
 * y = W x + b on the flattened input. The weights' rows are ordered like a
 * blocked map, which is then just a row of a matrix; and a blocked map of one
 * pixel is the row of the outputs.
 */
export function linear(
  context: PlanContext,
  layer: Linear,
  place: Place,
  input: FeatureMap,
): Forward {
  const { recorder, batch } = context;
  const { library } = recorder;
  const { symbols, block } = library;
  const features = blockedSize(place.input, block);
  const outputs = padded(layer.outFeatures, block);
  const rows = describeMemory(library, [batch, features], TAG.ab);
  const results = describeMemory(library, [batch, outputs], TAG.ab);
  const matrix = describeMemory(library, [outputs, features], TAG.ab);
  const vector = layer.bias ? describeVector(context, layer.outFeatures) : null;
  const weightName = `${place.name}.weight`;
  const biasName = `${place.name}.bias`;
  /** The input or its gradient as rows, of the type of their map. */
  const rowsOf = ({ tensor: { buffer } }: FeatureMap): Tensor => ({
    descriptor: describeMemory(
      library,
      [batch, features],
      TAG.ab,
      typeOf(context, place.input),
    ),
    buffer,
  });
  const x = recorder.as(rowsOf(input), rows);
  const weights = {
    descriptor: matrix,
    buffer: context.parameter(weightName),
  };
  const output = newMap(context, place.output);
  const bias: Arguments = vector
    ? [[ARGUMENT.bias, {
      descriptor: vector,
      buffer: context.parameter(biasName),
    }]]
    : [];
  const forward = recorder.descriptor(
    describeOperation((out) =>
      symbols.dnnl_inner_product_forward_desc_init(
        out,
        PROPAGATION.forwardTraining,
        rows,
        matrix,
        vector,
        results,
      ), "describe a linear layer"),
  );
  recorder.primitive(forward, [
    [ARGUMENT.source, x],
    [ARGUMENT.weights, weights],
    ...bias,
    [ARGUMENT.destination, {
      descriptor: results,
      buffer: output.tensor.buffer,
    }],
  ]);

  return {
    output,
    backward(gradient, wantsInputGradient) {
      const dy = { descriptor: results, buffer: gradient.tensor.buffer };
      const ofWeights = recorder.descriptor(
        describeOperation(
          (out) =>
            symbols.dnnl_inner_product_backward_weights_desc_init(
              out,
              rows,
              matrix,
              vector,
              results,
            ),
          "describe a linear layer's weight gradient",
        ),
        forward,
      );
      recorder.primitive(ofWeights, [
        [ARGUMENT.source, x],
        [ARGUMENT.diffDestination, dy],
        [ARGUMENT.diffWeights, {
          descriptor: matrix,
          buffer: context.gradient(weightName),
        }],
        ...(vector
          ? [
            [ARGUMENT.diffBias, {
              descriptor: vector,
              buffer: context.gradient(biasName),
            }] as const,
          ]
          : []),
      ]);
      if (!wantsInputGradient) return undefined;
      const ofInput = recorder.descriptor(
        describeOperation(
          (out) =>
            symbols.dnnl_inner_product_backward_data_desc_init(
              out,
              rows,
              matrix,
              results,
            ),
          "describe a linear layer's input gradient",
        ),
        forward,
      );
      const result = newMap(context, place.input);
      recorder.into(
        rowsOf(result),
        rows,
        (computed) =>
          recorder.primitive(ofInput, [
            [ARGUMENT.diffDestination, dy],
            [ARGUMENT.weights, weights],
            [ARGUMENT.diffSource, computed],
          ]),
      );
      return result;
    },
  };
}
