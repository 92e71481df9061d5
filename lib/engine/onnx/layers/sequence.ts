import {
  type Block,
  type Concat,
  inferShapes,
  type Layer,
  type Residual,
  type Shape,
} from "../../../network/mod.ts";
import { avgPool } from "./avg_pool.ts";
import { batchNorm } from "./batch_norm.ts";
import { conv } from "./conv.ts";
import { convBatchNorm } from "./conv_batch_norm.ts";
import { dropout } from "./dropout.ts";
import type { Forward, Place, TrainingGraph } from "./layer.ts";
import { linear } from "./linear.ts";
import { maxPool } from "./max_pool.ts";
import { padChannels } from "./pad_channels.ts";
import { addReLU, maskByReLU, relu } from "./relu.ts";

function layerForward(
  context: TrainingGraph,
  layer: Layer,
  place: Place,
  input: string,
): Forward {
  switch (layer.type) {
    case "conv":
      return conv(context, layer, place, input, { biasCancels: false });
    case "batchNorm":
      return batchNorm(context, place, input);
    case "relu":
      return relu(context, input);
    case "maxPool":
      return maxPool(context, layer, place, input);
    case "avgPool":
      return avgPool(context, layer, place, input);
    case "linear":
      return linear(context, layer, place, input);
    case "dropout":
      return dropout(context, layer, place, input);
    case "padChannels":
      return padChannels(context, layer, place, input);
  }
}

/** y = relu(body(x) + shortcut(x)). */
function residual(
  context: TrainingGraph,
  block: Residual,
  { name, input: shape }: Place,
  input: string,
): Forward {
  const body = sequence(context, block.body, `${name}.body`, shape, input);
  const shortcut = sequence(
    context,
    block.shortcut,
    `${name}.shortcut`,
    shape,
    input,
  );
  const { graph } = context;
  const output = addReLU(
    context,
    graph.node("Add", [body.output, shortcut.output]),
  );
  return {
    output,
    backward(gradient, wantsInputGradient) {
      const masked = maskByReLU(context, output, gradient);
      const ofBody = body.backward(masked, wantsInputGradient);
      const ofShortcut = shortcut.backward(masked, wantsInputGradient);
      return wantsInputGradient ? graph.node("Add", [ofBody, ofShortcut]) : "";
    },
  };
}

/** y = the channels of all branches, one after the other. */
function concat(
  context: TrainingGraph,
  { branches }: Concat,
  { name, input: shape }: Place,
  input: string,
): Forward {
  const { graph } = context;
  const steps = branches.map((layers, index) =>
    sequence(context, layers, `${name}.branches.${index}`, shape, input)
  );
  const channels = branches.map((blocks) => {
    const shapes = inferShapes({ input: shape, blocks });
    return shapes.ok ? shapes.output[0] : 0;
  });
  return {
    output: graph.node("Concat", steps.map(({ output }) => output), {
      attributes: { axis: 1 },
    }),
    backward(gradient, wantsInputGradient) {
      const parts = graph.nodes(
        "Split",
        [gradient, graph.integers(channels)],
        steps.length,
        { attributes: { axis: 1 } },
      );
      const ofInputs = steps.map(({ backward }, index) =>
        backward(parts[index]!, wantsInputGradient)
      );
      return wantsInputGradient
        ? ofInputs.reduce((sum, part) => graph.node("Add", [sum, part]))
        : "";
    },
  };
}

function hasParameters(block: Block): boolean {
  if (block.type === "concat") return block.branches.flat().some(hasParameters);
  return block.type === "residual"
    ? [...block.body, ...block.shortcut].some(hasParameters)
    : block.type === "conv" || block.type === "linear" ||
      block.type === "batchNorm";
}

/** Blocks applied in order; `prefix` names the list that holds them. */
export function sequence(
  context: TrainingGraph,
  blocks: readonly Block[],
  prefix: string,
  inputShape: Shape,
  input: string,
): Forward {
  const shapes = inferShapes({ input: inputShape, blocks });
  if (!shapes.ok) {
    throw new RangeError(`Cannot compile the network: ${shapes.reason}`);
  }
  const placeOf = (index: number): Place => ({
    name: `${prefix}.${index}`,
    input: index === 0 ? inputShape : shapes.blocks[index - 1]!,
    output: shapes.blocks[index]!,
  });
  const steps: (Forward & { readonly index: number })[] = [];
  let value = input;
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const place = placeOf(index);
    let step: Forward;
    if (block.type === "residual") {
      step = residual(context, block, place, value);
    } else if (block.type === "concat") {
      step = concat(context, block, place, value);
    } else if (
      block.type === "conv" && blocks[index + 1]?.type === "batchNorm"
    ) {
      const places = { conv: place, norm: placeOf(index + 1) };
      step = convBatchNorm(context, block, places, value);
    } else step = layerForward(context, block, place, value);
    steps.push({ ...step, index });
    value = step.output;
    // The batch norm after a convolution belongs to the same step.
    if (block.type === "conv" && blocks[index + 1]?.type === "batchNorm") {
      index++;
    }
  }
  return {
    output: value,
    backward(gradient, wantsInputGradient) {
      // Nothing before the first layer with parameters needs a gradient.
      const first = wantsInputGradient ? 0 : blocks.findIndex(hasParameters);
      if (first < 0) return "";
      for (const { index, backward } of steps.toReversed()) {
        if (index < first) break;
        gradient = backward(gradient, wantsInputGradient || index > first);
      }
      return gradient;
    },
  };
}
