import type { Conv } from "../../../network/mod.ts";
import { ALGORITHM, ARGUMENT, PROPAGATION, QUERY, TAG } from "../constants.ts";
import {
  type Bytes,
  describeMemory,
  describeOperation,
  dimensions,
} from "../descriptors.ts";
import { padded } from "../layout.ts";
import type { Tensor } from "../recorder.ts";
import {
  describeMap,
  describeVector,
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
} from "./layer.ts";

/** From this many channels on, on both sides, Winograd is the faster way. */
const WINOGRAD_CHANNELS = 32;
/** Its tiles are 4x4 pixels; smaller maps would be mostly padding. */
const WINOGRAD_SIDE = 4;

/** How a convolution is recorded. */
export interface ConvOptions {
  /** Whether the input is the images themselves, unblocked. */
  readonly plain: boolean;
  /** Whether batch norm follows at once, which the bias cancels in. */
  readonly biasCancels: boolean;
}

/**
 * The algorithms to ask for, best first: a rule of the shapes alone, because
 * the bits depend on it. The library has no Winograd kernel for some of these.
 */
export function algorithms(
  { kernel, stride, padding, outChannels }: Conv,
  { input: [channels], output: [, height, width] }: Place,
  block: number,
): readonly number[] {
  const winograd = block === 16 && kernel === 3 && stride === 1 &&
    padding <= 1 &&
    Math.min(padded(channels, block), padded(outChannels, block)) >=
      WINOGRAD_CHANNELS &&
    Math.min(height, width) >= WINOGRAD_SIDE;
  return winograd ? [ALGORITHM.winograd, ALGORITHM.direct] : [ALGORITHM.direct];
}

/** y = convolution of x, with a bias where it does not cancel. */
export function conv(
  context: PlanContext,
  layer: Conv,
  place: Place,
  input: FeatureMap,
  { plain, biasCancels }: ConvOptions,
): Forward {
  const { recorder } = context;
  const { library } = recorder;
  const { symbols, block } = library;
  const { kernel, outChannels } = layer;
  const outputs = padded(outChannels, block);
  const inputs = plain ? place.input[0] : padded(place.input[0], block);
  const shape = [outputs, inputs, kernel, kernel];
  const any = describeMemory(library, shape, TAG.any);
  const tags = block === 16
    ? { plain: TAG.Ohwi16o, blocked: TAG.OIhw16i16o }
    : { plain: TAG.Ohwi8o, blocked: TAG.OIhw8i8o };
  const master = describeMemory(
    library,
    shape,
    plain ? tags.plain : tags.blocked,
  );
  const hasBias = layer.bias && !biasCancels;
  const biasMemory = hasBias ? describeVector(context, outChannels) : null;
  const strides = dimensions([layer.stride, layer.stride]);
  const padding = dimensions([layer.padding, layer.padding]);
  const outputMemory = describeMap(context, place.output);
  const weights: Tensor = {
    descriptor: master,
    buffer: context.parameter(`${place.name}.weight`),
  };

  /** The first algorithm's descriptor that the library can make. */
  function describe(
    init: (algorithm: number) => Bytes,
    hint: Deno.PointerValue,
  ): Deno.PointerObject {
    for (const algorithm of algorithms(layer, place, block)) {
      const found = recorder.tryDescriptor(init(algorithm), hint);
      if (found !== undefined) return found;
    }
    throw new Error(
      `Cannot compile "${place.name}": oneDNN has no convolution of this shape`,
    );
  }

  const forward = describe(
    (algorithm) =>
      describeOperation((out) =>
        symbols.dnnl_convolution_forward_desc_init(
          out,
          // In predictions too, so that both use one layout of the weights.
          PROPAGATION.forwardTraining,
          algorithm,
          input.tensor.descriptor,
          any,
          biasMemory,
          outputMemory,
          strides,
          padding,
          padding,
        ), "describe a convolution"),
    null,
  );
  const output = newMap(context, place.output);
  const bias = biasMemory && ([ARGUMENT.bias, {
    descriptor: biasMemory,
    buffer: context.parameter(`${place.name}.bias`),
  }] as const);
  recorder.primitive(forward, [
    [ARGUMENT.source, input.tensor],
    [
      ARGUMENT.weights,
      recorder.as(weights, recorder.query(forward, QUERY.weights)),
    ],
    ...(bias ? [bias] : []),
    [ARGUMENT.destination, output.tensor],
  ]);

  function backwardWeights(gradient: FeatureMap): void {
    const descriptor = describe(
      (algorithm) =>
        describeOperation(
          (out) =>
            symbols.dnnl_convolution_backward_weights_desc_init(
              out,
              algorithm,
              input.tensor.descriptor,
              any,
              biasMemory,
              outputMemory,
              strides,
              padding,
              padding,
            ),
          "describe a convolution's weight gradient",
        ),
      forward,
    );
    const target: Tensor = {
      descriptor: master,
      buffer: context.gradient(`${place.name}.weight`),
    };
    const wanted = recorder.query(descriptor, QUERY.diffWeights);
    const computed = recorder.sameLayout(target, wanted)
      ? target
      : recorder.tensor(wanted);
    recorder.primitive(descriptor, [
      [ARGUMENT.source, input.tensor],
      [ARGUMENT.diffDestination, gradient.tensor],
      [ARGUMENT.diffWeights, computed],
      ...(biasMemory
        ? [
          [ARGUMENT.diffBias, {
            descriptor: biasMemory,
            buffer: context.gradient(`${place.name}.bias`),
          }] as const,
        ]
        : []),
    ]);
    if (computed !== target) recorder.reorder(computed, target);
  }

  function backwardData(gradient: FeatureMap): FeatureMap {
    const result = newMap(context, place.input);
    const descriptor = describe(
      (algorithm) =>
        describeOperation(
          (out) =>
            symbols.dnnl_convolution_backward_data_desc_init(
              out,
              algorithm,
              result.tensor.descriptor,
              any,
              outputMemory,
              strides,
              padding,
              padding,
            ),
          "describe a convolution's input gradient",
        ),
      forward,
    );
    recorder.primitive(descriptor, [
      [ARGUMENT.diffDestination, gradient.tensor],
      [
        ARGUMENT.weights,
        recorder.as(weights, recorder.query(descriptor, QUERY.weights)),
      ],
      [ARGUMENT.diffSource, result.tensor],
    ]);
    return result;
  }

  return {
    output,
    backward(gradient, wantsInputGradient) {
      backwardWeights(gradient);
      return wantsInputGradient ? backwardData(gradient) : undefined;
    },
  };
}
