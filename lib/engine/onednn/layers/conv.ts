import type { Conv } from "../../../network/mod.ts";
import {
  ALGORITHM,
  ARGUMENT,
  PROPAGATION,
  QUERY,
  TAG,
  TYPE,
  type ValueType,
} from "../constants.ts";
import {
  type Bytes,
  describeMemory,
  describeOperation,
  dimensions,
} from "../descriptors.ts";
import { floats } from "../arena.ts";
import { withEnding } from "../attributes.ts";
import type { Tail } from "../folded.ts";
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

/**
 * From how many channels on, on both sides, Winograd is the faster way, and on
 * maps of which side: its tiles are 4x4 pixels, smaller maps would be mostly padding.
 */
const WINOGRAD: WinogradBounds = { channels: 32, side: 4 };

/**
 * The same beside direct convolutions in bfloat16, twice as fast as those in
 * single precision: only here do a quarter of the products save more than they
 * and the way to single precision and back take.
 */
const WINOGRAD_BESIDE_NARROW: WinogradBounds = { channels: 128, side: 8 };

interface WinogradBounds {
  readonly channels: number;
  readonly side: number;
}

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

/** Layouts of a convolution's maps, and of the weights that go with them. */
interface Maps {
  readonly input: Bytes;
  readonly output: Bytes;
  /** In any layout. */
  readonly weights: Bytes;
  /** Only from kernels whose names have this in them; default: all. */
  readonly kernels?: RegExp;
}

/** A primitive's descriptor and the layouts that it was made for. */
interface Way {
  readonly descriptor: Deno.PointerObject;
  readonly maps: Maps;
}

/**
 * The algorithms to ask for, best first: a rule of the shapes alone, because
 * the bits depend on it. The library has no Winograd kernel for some of these.
 */
export function algorithms(
  layer: Conv,
  place: Place,
  block: number,
): readonly number[] {
  return winogradFits(layer, place, { block, bounds: WINOGRAD })
    ? [ALGORITHM.winograd, ALGORITHM.direct]
    : [ALGORITHM.direct];
}

function winogradFits(
  { kernel, stride, padding, outChannels }: Conv,
  { input: [channels], output: [, height, width] }: Place,
  { block, bounds }: {
    readonly block: number;
    readonly bounds: WinogradBounds;
  },
): boolean {
  return block === 16 && kernel === 3 && stride === 1 && padding <= 1 &&
    Math.min(padded(channels, block), padded(outChannels, block)) >=
      bounds.channels &&
    Math.min(height, width) >= bounds.side;
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

  const { batch } = context;
  const [inputHeight, inputWidth] = place.input.slice(1);
  const [outputHeight, outputWidth] = place.output.slice(1);
  /** The input where nothing is blocked. */
  const planes = (type: ValueType) =>
    describeMemory(
      library,
      [batch, inputs, inputHeight!, inputWidth!],
      TAG.abcd,
      type,
    );
  const blockedMaps = (type: ValueType): Maps => ({
    input: plain ? planes(type) : describeMap(context, place.input, type),
    output: describeMap(context, place.output, type),
    weights: describeMemory(library, shape, TAG.any, type),
  });
  const blocked = blockedMaps(TYPE.float);
  const anyGradient = blocked.weights;
  const narrow: Maps = {
    ...blockedMaps(TYPE.bfloat16),
    // Others take bfloat16 apart and compute in single precision, slowly.
    kernels: /avx512_core_bf16|amx/,
  };
  // Of a map narrower than a stride the library's weight gradient multiplies the
  // padding's zeros by memory that nobody wrote.
  const narrowFits = context.narrow && inputWidth! >= layer.stride &&
    !winogradFits(layer, place, { block, bounds: WINOGRAD_BESIDE_NARROW });
  const unblocked: Maps = {
    ...blocked,
    input: planes(TYPE.float),
    output: describeMemory(
      library,
      [batch, outputs, outputHeight!, outputWidth!],
      TAG.abcd,
    ),
  };

  /**
   * The first way that the library has a kernel for: the algorithms on blocked
   * maps, then matrix products on plain ones, which serve every shape (maps
   * smaller than the kernel among them); reference loops only where all else
   * fails. It depends on shapes and instruction set alone.
   */
  function describe(
    init: (algorithm: number, maps: Maps) => Bytes,
    hint: Deno.PointerValue,
    attributes: Deno.PointerValue = null,
  ): Way {
    let slow: Way | undefined;
    const ways = [
      ...(narrowFits ? [[ALGORITHM.direct, narrow] as const] : []),
      ...algorithms(layer, place, block).map((algorithm) =>
        [algorithm, blocked] as const
      ),
      [ALGORITHM.direct, unblocked] as const,
    ];
    for (const [algorithm, maps] of ways) {
      const descriptor = recorder.tryDescriptor(
        init(algorithm, maps),
        hint,
        attributes,
      );
      if (descriptor === undefined) continue;
      const name = recorder.implementation(descriptor);
      if (maps.kernels?.test(name) === false) continue;
      if (!recorder.isReference(descriptor)) return { descriptor, maps };
      slow ??= { descriptor, maps };
    }
    if (slow !== undefined) return slow;
    throw new Error(
      `Cannot compile "${place.name}": oneDNN has no convolution of this shape`,
    );
  }

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
