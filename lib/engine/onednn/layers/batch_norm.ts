import { BATCH_NORM_EPSILON } from "../../../network/mod.ts";
import { floats } from "../arena.ts";
import { ARGUMENT, NORM_FLAG, PROPAGATION, QUERY, TAG } from "../constants.ts";
import {
  describeMemory,
  describeOperation,
  memoryBytes,
} from "../descriptors.ts";
import { padded } from "../layout.ts";
import type { Arguments, Tensor } from "../recorder.ts";
import {
  describeVector,
  type FeatureMap,
  type Forward,
  newMap,
  overwritten,
  type Place,
  type PlanContext,
} from "./layer.ts";

/** What stands around a batch norm. */
export interface BatchNormOptions {
  /**
   * Name of the bias of the convolution before: it cancels in the
   * normalisation, was therefore not added, and belongs only to the running mean.
   */
  readonly skippedBias: string | undefined;
  /** Whether a ReLU follows, which becomes part of this step. */
  readonly relu: boolean;
}

/** Scale and shift, batch statistics, and the input's and output's tensors. */
interface Tensors {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** Scale and shift, one after the other in the arena: `[2, channels]`. */
  readonly affine: Tensor;
}

function tensorsOf(
  context: PlanContext,
  { name, input: [channels] }: Place,
): Tensors {
  const { recorder } = context;
  const descriptor = describeVector(context, channels);
  return {
    mean: recorder.tensor(descriptor),
    variance: recorder.tensor(descriptor),
    affine: {
      descriptor: describeMemory(recorder.library, [
        2,
        padded(channels, recorder.library.block),
      ], TAG.ab),
      buffer: context.parameter(`${name}.scale`),
    },
  };
}

function forwardArguments(
  input: FeatureMap,
  output: FeatureMap,
  { mean, variance, affine }: Tensors,
): Arguments {
  return [
    [ARGUMENT.source, input.tensor],
    [ARGUMENT.mean, mean],
    [ARGUMENT.variance, variance],
    [ARGUMENT.weights, affine],
    [ARGUMENT.destination, output.tensor],
  ];
}

/**
 * y = scale (x - m) / sqrt(v + epsilon) + shift with the running statistics, and a
 * ReLU that follows where no NaN can come that it would hide.
 */
function inference(
  context: PlanContext,
  place: Place,
  input: FeatureMap,
  { skippedBias, relu }: BatchNormOptions,
): FeatureMap {
  const { recorder } = context;
  const { symbols } = recorder.library;
  const tensors = tensorsOf(context, place);
  const { mean, variance } = tensors;
  recorder.host([mean.buffer, variance.buffer], (arena) => {
    const means = floats(arena, mean.buffer.offset, mean.buffer.bytes / 4);
    const variances = floats(arena, variance.buffer.offset, means.length);
    return () => {
      const running = context.running(`${place.name}.runningMean`);
      const bias = skippedBias === undefined
        ? undefined
        : context.vector(skippedBias);
      means.fill(0);
      variances.fill(0);
      for (let i = 0; i < running.length; i++) {
        means[i] = running[i]! - (bias?.[i] ?? 0);
      }
      variances.set(context.running(`${place.name}.runningVariance`));
    };
  });
  const descriptor = recorder.descriptor(
    describeOperation(
      (out) =>
        symbols.dnnl_batch_normalization_forward_desc_init(
          out,
          PROPAGATION.forwardInference,
          input.tensor.descriptor,
          BATCH_NORM_EPSILON,
          NORM_FLAG.globalStatistics | NORM_FLAG.scaleShift |
            (relu && context.folded !== undefined ? NORM_FLAG.fuseReLU : 0),
        ),
      "describe a batch norm",
    ),
  );
  const output = overwritten(context, input);
  recorder.primitive(descriptor, forwardArguments(input, output, tensors));
  return output;
}

/** Moves the running statistics towards the batch's, and looks for NaN. */
function recordStatistics(
  context: PlanContext,
  { name, input: [channels, height, width] }: Place,
  { mean, variance }: Tensors,
  skippedBias: string | undefined,
): void {
  const count = context.batch * height * width;
  // Unbiased, as PyTorch keeps it; a single value has no spread to correct.
  const unbiased = count > 1 ? count / (count - 1) : 1;
  // A pass that fails must leave the statistics as they were.
  const nextMean = new Float32Array(channels);
  const nextVariance = new Float32Array(channels);
  context.atEnd(() => {
    context.running(`${name}.runningMean`).set(nextMean);
    context.running(`${name}.runningVariance`).set(nextVariance);
  });
  context.recorder.host([mean.buffer, variance.buffer], (arena) => {
    const means = floats(arena, mean.buffer.offset, channels);
    const variances = floats(arena, variance.buffer.offset, channels);
    return () => {
      const { momentum } = context.pass();
      const kept = 1 - momentum;
      const runningMean = context.running(`${name}.runningMean`);
      const runningVariance = context.running(`${name}.runningVariance`);
      const bias = skippedBias === undefined
        ? undefined
        : context.vector(skippedBias);
      let watch = 0;
      for (let i = 0; i < channels; i++) {
        watch += 0 * variances[i]!;
        nextMean[i] = kept * runningMean[i]! +
          momentum * (means[i]! + (bias?.[i] ?? 0));
        nextVariance[i] = kept * runningVariance[i]! +
          momentum * unbiased * variances[i]!;
      }
      // The fused ReLU turns NaN into 0, which must not go unseen.
      if (watch !== 0) context.watch.fill(NaN);
    };
  });
}

/**
 * y = scale (x - m) / sqrt(v + epsilon) + shift, with mean m and biased variance
 * v of the batch, and a ReLU where one follows.
 */
function training(
  context: PlanContext,
  place: Place,
  input: FeatureMap,
  { skippedBias, relu }: BatchNormOptions,
): Forward {
  const { recorder } = context;
  const { library } = recorder;
  const flags = NORM_FLAG.scaleShift |
    (relu ? NORM_FLAG.fuseReLU : 0);
  const memory = input.tensor.descriptor;
  const forward = recorder.descriptor(
    describeOperation(
      (out) =>
        library.symbols.dnnl_batch_normalization_forward_desc_init(
          out,
          PROPAGATION.forwardTraining,
          memory,
          BATCH_NORM_EPSILON,
          flags,
        ),
      "describe a batch norm",
    ),
  );
  const tensors = tensorsOf(context, place);
  const output = newMap(context, place.output);
  const descriptor = recorder.query(forward, QUERY.workspace);
  // One bit a value: whether the ReLU let it pass.
  const workspace: Arguments = memoryBytes(library, descriptor) === 0
    ? []
    : [[ARGUMENT.workspace, recorder.tensor(descriptor)]];
  recorder.primitive(forward, [
    ...forwardArguments(input, output, tensors),
    ...workspace,
  ]);
  recordStatistics(context, place, tensors, skippedBias);

  return {
    output: { ...output, watched: true },
    backward(gradient) {
      const backward = recorder.descriptor(
        describeOperation(
          (out) =>
            library.symbols.dnnl_batch_normalization_backward_desc_init(
              out,
              PROPAGATION.backward,
              memory,
              memory,
              BATCH_NORM_EPSILON,
              flags,
            ),
          "describe a batch norm's gradient",
        ),
        forward,
      );
      const result = overwritten(context, gradient);
      const { mean, variance, affine } = tensors;
      recorder.primitive(backward, [
        [ARGUMENT.source, input.tensor],
        [ARGUMENT.mean, mean],
        [ARGUMENT.variance, variance],
        [ARGUMENT.weights, affine],
        [ARGUMENT.diffDestination, gradient.tensor],
        ...workspace,
        [ARGUMENT.diffSource, result.tensor],
        [ARGUMENT.diffWeights, {
          ...affine,
          buffer: context.gradient(`${place.name}.scale`),
        }],
      ]);
      return result;
    },
  };
}

/** Batch normalisation. */
export function batchNorm(
  context: PlanContext,
  place: Place,
  input: FeatureMap,
  options: BatchNormOptions,
): Forward {
  if (context.training) return training(context, place, input, options);
  return {
    output: inference(context, place, input, options),
    backward: () => undefined,
  };
}
