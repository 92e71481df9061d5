import type { Conv } from "../../../network/mod.ts";
import { ARGUMENT, PROPAGATION, QUERY, TAG } from "../constants.ts";
import {
  describeMemory,
  describeOperation,
  dimensions,
} from "../descriptors.ts";
import { floats } from "../arena.ts";
import { withEnding } from "../attributes.ts";
import type { Tail } from "../folded.ts";
import { padded } from "../layout.ts";
import type { Tensor } from "../recorder.ts";
import { waysOf } from "./conv_ways.ts";
import {
  describeVector,
  type FeatureMap,
  type Forward,
  newMap,
  type Place,
  type PlanContext,
} from "./layer.ts";

/** How a convolution is recorded. */
export interface ConvOptions {
  /** Whether the input is the images themselves, unblocked. */
  readonly plain: boolean;
  /** Whether batch norm follows at once, which the bias cancels in. */
  readonly biasCancels: boolean;
  /** In predictions that compute both as one: what follows and becomes part of it. */
  readonly tail: Tail | undefined;
  /** Likewise: the map that the output is added to, which it is written over. */
  readonly onto?: FeatureMap | undefined;
}

/** What a convolution multiplies by and adds. */
interface Operands {
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
}

/** Has preparations write the weights and bias of a convolution and its tail. */
function recordFolded(
  context: PlanContext,
  { name }: Place,
  weights: Tensor,
  bias: Tensor,
): void {
  const { recorder } = context;
  const places = context.places(`${name}.weight`);
  recorder.preparation(() =>
    recorder.host([weights.buffer, bias.buffer], (arena) => {
      const [kernel, shift] = [weights, bias].map(({ buffer }) =>
        floats(arena, buffer.offset, buffer.bytes / 4)
      );
      return () => {
        const folded = context.folded!().get(name)!;
        kernel!.fill(0);
        for (let i = 0; i < places.length; i++) {
          kernel![places[i]!] = folded.weight[i]!;
        }
        shift!.fill(0);
        shift!.set(folded.bias);
      };
    })
  );
}

/**
 * y = convolution of x, with a bias where it does not cancel, and with its tail
 * where it has one.
 */
export function conv(
  context: PlanContext,
  layer: Conv,
  place: Place,
  input: FeatureMap,
  { plain, biasCancels, tail, onto }: ConvOptions,
): Forward {
  const { recorder } = context;
  const { library } = recorder;
  const { symbols, block } = library;
  const { kernel, outChannels } = layer;
  const outputs = padded(outChannels, block);
  const inputs = plain ? place.input[0] : padded(place.input[0], block);
  const shape = [outputs, inputs, kernel, kernel];
  const tags = block === 16
    ? { plain: TAG.Ohwi16o, blocked: TAG.OIhw16i16o }
    : { plain: TAG.Ohwi8o, blocked: TAG.OIhw8i8o };
  const master = describeMemory(
    library,
    shape,
    plain ? tags.plain : tags.blocked,
  );
  const hasBias = tail !== undefined || layer.bias && !biasCancels;
  const biasMemory = hasBias ? describeVector(context, outChannels) : null;
  const strides = dimensions([layer.stride, layer.stride]);
  const padding = dimensions([layer.padding, layer.padding]);
  const { weights, bias } = operands();

  function operands(): Operands {
    if (tail !== undefined) {
      const folded = {
        weights: recorder.tensor(master),
        bias: recorder.tensor(biasMemory!),
      };
      recordFolded(context, place, folded.weights, folded.bias);
      return folded;
    }
    return {
      weights: {
        descriptor: master,
        buffer: context.parameter(`${place.name}.weight`),
      },
      bias: biasMemory === null ? undefined : {
        descriptor: biasMemory,
        buffer: context.parameter(`${place.name}.bias`),
      },
    };
  }

  const { anyGradient, describe } = waysOf(context, {
    layer,
    place,
    inputs,
    outputs,
    plain,
  });

  const describeForward = (attributes: Deno.PointerValue) =>
    describe(
      (algorithm, maps) =>
        describeOperation((out) =>
          symbols.dnnl_convolution_forward_desc_init(
            out,
            // In predictions too: for others Winograd wants weights in a layout
            // that nothing brings them into.
            PROPAGATION.forwardTraining,
            algorithm,
            maps.input,
            maps.weights,
            biasMemory,
            maps.output,
            strides,
            padding,
            padding,
          ), "describe a convolution"),
      null,
      attributes,
    );
  const { descriptor: forward, maps } = withEnding(
    library,
    { adds: onto !== undefined, relu: tail?.relu === true },
    describeForward,
  );
  const wanted = recorder.query(forward, QUERY.weights);
  const arranged = tail === undefined
    ? recorder.as(weights, wanted)
    : recorder.preparation(() => recorder.as(weights, wanted));
  const output = onto === undefined ? newMap(context, place.output) : added();
  const compute = (destination: Tensor) =>
    recorder.primitive(forward, [
      [ARGUMENT.source, recorder.as(input.tensor, maps.input)],
      [ARGUMENT.weights, arranged],
      ...(bias ? [[ARGUMENT.bias, bias] as const] : []),
      [ARGUMENT.destination, destination],
    ]);
  if (onto === undefined) recorder.into(output.tensor, maps.output, compute);
  else {
    const sum = recorder.as(output.tensor, maps.output);
    compute(sum);
    if (sum !== output.tensor) recorder.reorder(sum, output.tensor);
  }

  /** What is added to: not the input itself, which would change while it is read. */
  function added(): FeatureMap {
    if (onto!.tensor.buffer !== input.tensor.buffer) return onto!;
    const copy = newMap(context, place.output);
    recorder.reorder(onto!.tensor, copy.tensor);
    return copy;
  }

  function backwardWeights(gradient: FeatureMap): void {
    const { descriptor, maps } = describe(
      (algorithm, maps) =>
        describeOperation(
          (out) =>
            symbols.dnnl_convolution_backward_weights_desc_init(
              out,
              algorithm,
              maps.input,
              anyGradient,
              biasMemory,
              maps.output,
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
    recorder.into(
      target,
      recorder.query(descriptor, QUERY.diffWeights),
      (computed) =>
        recorder.primitive(descriptor, [
          [ARGUMENT.source, recorder.as(input.tensor, maps.input)],
          [ARGUMENT.diffDestination, recorder.as(gradient.tensor, maps.output)],
          [ARGUMENT.diffWeights, computed],
          ...(biasMemory
            ? [
              [ARGUMENT.diffBias, {
                descriptor: biasMemory,
                buffer: context.gradient(`${place.name}.bias`),
              }] as const,
            ]
            : []),
        ]),
    );
  }

  function backwardData(gradient: FeatureMap): FeatureMap {
    const result = newMap(context, place.input);
    const { descriptor, maps } = describe(
      (algorithm, maps) =>
        describeOperation(
          (out) =>
            symbols.dnnl_convolution_backward_data_desc_init(
              out,
              algorithm,
              maps.input,
              maps.weights,
              maps.output,
              strides,
              padding,
              padding,
            ),
          "describe a convolution's input gradient",
        ),
      forward,
    );
    recorder.into(
      result.tensor,
      maps.input,
      (computed) =>
        recorder.primitive(descriptor, [
          [ARGUMENT.diffDestination, recorder.as(gradient.tensor, maps.output)],
          [
            ARGUMENT.weights,
            recorder.as(weights, recorder.query(descriptor, QUERY.weights)),
          ],
          [ARGUMENT.diffSource, computed],
        ]),
    );
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
