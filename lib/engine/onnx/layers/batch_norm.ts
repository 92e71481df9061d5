import { BATCH_NORM_EPSILON } from "../../../network/mod.ts";
import {
  type Forward,
  type Place,
  sumOverChannelMaps,
  type TrainingGraph,
} from "./layer.ts";

/**
 * From this many pixels on, the sum of dy x per channel is cheaper as one dot
 * product an image and channel than as a product in memory and its sum.
 */
const DOT_PRODUCT_PIXELS = 256;

/** Per channel: sum over batch and pixels of a b. */
function sumOfProducts(
  { graph, gpu }: TrainingGraph,
  [channels, height, width]: Place["input"],
  a: string,
  b: string,
): string {
  const pixels = height * width;
  if (gpu || pixels < DOT_PRODUCT_PIXELS) {
    return sumOverChannelMaps(graph, graph.node("Mul", [a, b]));
  }
  const rows = graph.integers([-1, channels, 1, pixels]);
  return sumOverChannelMaps(
    graph,
    graph.node("FusedMatMul", [
      graph.node("Reshape", [a, rows]),
      graph.node("Reshape", [b, rows]),
    ], { domain: "com.microsoft", attributes: { transB: 1 } }),
  );
}

/** A normalised map, and what it was normalised by, `[channels]`. */
interface Normalised {
  readonly output: string;
  readonly mean: string;
  /** Biased. */
  readonly variance: string;
}

/** Adds the normalisation by the batch's own statistics. */
function normalise(
  { graph, gpu }: TrainingGraph,
  [channels]: Place["input"],
  { input, scale, shift }: {
    readonly input: string;
    readonly scale: string;
    readonly shift: string;
  },
): Normalised {
  const epsilon = { float: BATCH_NORM_EPSILON };
  if (gpu) {
    // There is a shader for given statistics only.
    const average = (value: string) =>
      graph.node("ReduceMean", [value], {
        attributes: { axes: [0, 2, 3], keepdims: 0 },
      });
    const mean = average(input);
    const centred = graph.node("Sub", [
      input,
      graph.node("Reshape", [mean, graph.integers([channels, 1, 1])]),
    ]);
    const variance = average(graph.node("Mul", [centred, centred]));
    const output = graph.node("BatchNormalization", [
      input,
      scale,
      shift,
      mean,
      variance,
    ], { attributes: { epsilon } });
    return { output, mean, variance };
  }
  // The runtime writes the statistics over the two inputs that the operator
  // reads running values from: they must be two, and no constants.
  const zeroMean = graph.node("Sub", [shift, shift]);
  const zeroVariance = graph.node("Sub", [scale, scale]);
  // With momentum 0 the "running" outputs are the batch's own statistics.
  const [output, mean, variance] = graph.nodes(
    "BatchNormalization",
    [input, scale, shift, zeroMean, zeroVariance],
    3,
    { attributes: { training_mode: 1, momentum: { float: 0 }, epsilon } },
  );
  return { output: output!, mean: mean!, variance: variance! };
}

/** Where a batch norm finds its batch statistics' shift. */
export interface BatchNormOptions {
  /**
   * Bias of the convolution before, `[channels]`: it cancels in the
   * normalisation, was therefore not added, and belongs only to the running mean.
   */
  readonly skippedBias?: string;
}

/** A batch norm in a training graph. */
export interface BatchNormForward extends Forward {
  /**
   * The gradient in the input as a map and a scale `[channels]` that it is to
   * be multiplied by: a convolution before takes the scale into its weights.
   */
  backwardUnscaled(
    outputGradient: string,
  ): { readonly map: string; readonly scale: string };
}

/**
 * y = scale (x - m) / sqrt(v + epsilon) + shift, with mean m and biased variance
 * v of the batch.
 */
export function batchNorm(
  context: TrainingGraph,
  place: Place,
  input: string,
  { skippedBias }: BatchNormOptions = {},
): BatchNormForward {
  const { graph, parameter, gradient, statistic, batchSize } = context;
  const { name, input: shape } = place;
  const [channels, height, width] = shape;
  const scale = parameter(`${name}.scale`);
  const shift = parameter(`${name}.shift`);
  const { output, mean, variance } = normalise(context, shape, {
    input,
    scale,
    shift,
  });
  const count = graph.node("Mul", [batchSize, graph.scalar(height * width)]);
  statistic(
    `${name}.runningMean`,
    skippedBias === undefined ? mean : graph.node("Add", [mean, skippedBias]),
  );
  // Unbiased, as PyTorch keeps it; a single value has no spread to correct.
  const unbiased = graph.node("Div", [
    count,
    graph.node("Max", [
      graph.node("Sub", [count, graph.scalar(1)]),
      graph.scalar(1),
    ]),
  ]);
  statistic(
    `${name}.runningVariance`,
    graph.node("Mul", [variance, unbiased]),
  );

  const inverse = () =>
    graph.node("Reciprocal", [
      graph.node("Sqrt", [
        graph.node("Add", [variance, graph.scalar(BATCH_NORM_EPSILON)]),
      ]),
    ]);

  /** Records dshift and dscale. */
  function parameterGradients(dy: string, inverse: string) {
    const dshift = sumOverChannelMaps(graph, dy);
    const dscale = graph.node("Mul", [
      inverse,
      graph.node("Sub", [
        sumOfProducts(context, shape, dy, input),
        graph.node("Mul", [mean, dshift]),
      ]),
    ]);
    gradient(`${name}.shift`, dshift);
    gradient(`${name}.scale`, dscale);
    return { dshift, dscale };
  }

  /**
   * dx = a (dy + b x + c) per channel, with s = sqrt(v + epsilon), n values per
   * channel, a = scale / s, b = -dscale / (s n), c = -dshift / n - b m.
   */
  function backwardUnscaled(dy: string) {
    const s = inverse();
    const { dshift, dscale } = parameterGradients(dy, s);
    const b = graph.node("Neg", [
      graph.node("Div", [graph.node("Mul", [dscale, s]), count]),
    ]);
    const c = graph.node("Neg", [
      graph.node("Add", [
        graph.node("Div", [dshift, count]),
        graph.node("Mul", [b, mean]),
      ]),
    ]);
    // An inference batch norm with mean 0 and variance 1 is b x + c in one pass.
    const affine = graph.node("BatchNormalization", [
      input,
      b,
      c,
      graph.tensor(new Float32Array(channels), [channels]),
      graph.tensor(new Float32Array(channels).fill(1), [channels]),
    ], { attributes: { epsilon: { float: 0 } } });
    return {
      map: graph.node("Add", [dy, affine]),
      scale: graph.node("Mul", [scale, s]),
    };
  }

  return {
    output,
    backwardUnscaled,
    backward(outputGradient, wantsInputGradient) {
      if (!wantsInputGradient) {
        parameterGradients(outputGradient, inverse());
        return "";
      }
      const unscaled = backwardUnscaled(outputGradient);
      return graph.node("Mul", [
        unscaled.map,
        graph.node("Reshape", [
          unscaled.scale,
          graph.integers([channels, 1, 1]),
        ]),
      ]);
    },
  };
}
