import {
  type Block,
  type Concat,
  inferShapes,
  type Layer,
  type Network,
  type Residual,
  type Shape,
} from "../../../network/mod.ts";
import { endsInConv, type Tail, tailOf } from "../folded.ts";
import { readsPlainImages } from "../layout.ts";
import { batchNorm } from "./batch_norm.ts";
import { join, padChannels, split } from "./concat.ts";
import { conv } from "./conv.ts";
import { add, addRelu, dropout, relu } from "./elementwise.ts";
import type { FeatureMap, Forward, Place, PlanContext } from "./layer.ts";
import { linear } from "./linear.ts";
import { pool } from "./pool.ts";

/** A list of blocks in the network. */
export interface Sequence {
  readonly network: Network;
  readonly blocks: readonly Block[];
  /** Name of the list. */
  readonly prefix: string;
  readonly shape: Shape;
  /**
   * In a prediction, where the list ends in a convolution: the map that its output
   * is added to, before a ReLU, and that is written over.
   */
  readonly onto?: FeatureMap;
}

/** A layer's neighbours. */
interface Neighbours {
  readonly before: Block | undefined;
  /** Name of the layer before. */
  readonly nameBefore: string;
  readonly after: Block | undefined;
  /** Those behind a convolution that are computed with it. */
  readonly tail: Tail | undefined;
  /** The map that a convolution's output is added to. */
  readonly onto: FeatureMap | undefined;
}

function layerForward(
  context: PlanContext,
  layer: Layer,
  place: Place,
  input: FeatureMap,
  { network, before, nameBefore, after, tail, onto }: Neighbours & {
    readonly network: Network;
  },
): Forward {
  switch (layer.type) {
    case "conv":
      return conv(context, layer, place, input, {
        plain: readsPlainImages(
          network,
          place.name,
          context.recorder.library.block,
        ),
        biasCancels: after?.type === "batchNorm",
        tail,
        onto,
      });
    case "batchNorm":
      return batchNorm(context, place, input, {
        skippedBias: before?.type === "conv" && before.bias
          ? `${nameBefore}.bias`
          : undefined,
        relu: after?.type === "relu",
      });
    case "relu":
      // Part of the batch norm before, except where NaN must pass it in a prediction.
      return before?.type === "batchNorm" &&
          (context.training || context.folded !== undefined)
        ? { output: input, backward: (gradient) => gradient }
        : relu(context, input);
    case "maxPool":
    case "avgPool":
      return pool(context, layer, place, input);
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
  context: PlanContext,
  block: Residual,
  { name, input: shape }: Place,
  { network, input }: { readonly network: Network; readonly input: FeatureMap },
): Forward {
  const branch = (place: "body" | "shortcut", onto?: FeatureMap) =>
    sequence(context, {
      network,
      blocks: block[place],
      prefix: `${name}.${place}`,
      shape,
      ...(onto === undefined ? {} : { onto }),
    }, { ...input, shared: true });
  if (context.folded !== undefined && endsInConv(block.body)) {
    const { output } = branch("shortcut");
    if (output.tensor !== input.tensor || !input.shared) {
      return branch("body", { ...output, shared: false });
    }
  }
  const [body, shortcut] = [branch("body"), branch("shortcut")];
  const end = addRelu(context, body.output, shortcut.output);
  return {
    output: end.output,
    backward(gradient, wantsInputGradient) {
      const masked = end.backward(gradient, true)!;
      const ofBody = body.backward(
        { ...masked, shared: true },
        wantsInputGradient,
      );
      const passed = ofBody?.tensor === masked.tensor;
      const ofShortcut = shortcut.backward(
        { ...masked, shared: passed },
        wantsInputGradient,
      );
      return wantsInputGradient
        ? add(context, ofBody!, ofShortcut!)
        : undefined;
    },
  };
}

/** y = the channels of all branches, one after the other. */
function concat(
  context: PlanContext,
  block: Concat,
  { name, input: shape }: Place,
  { network, input }: { readonly network: Network; readonly input: FeatureMap },
): Forward {
  const branches = block.branches.map((blocks, index) =>
    sequence(context, {
      network,
      blocks,
      prefix: `${name}.branches.${index}`,
      shape,
    }, { ...input, shared: true })
  );
  const outputs = branches.map(({ output }) => output);
  return {
    output: join(context, outputs),
    backward(gradient, wantsInputGradient) {
      const parts = split(
        context,
        gradient,
        outputs.map((output) => output.shape),
      );
      const ofInputs = branches.map((branch, index) =>
        branch.backward(parts[index]!, wantsInputGradient)
      );
      return wantsInputGradient
        ? ofInputs.reduce((sum, part) => add(context, sum!, part!))
        : undefined;
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

/** Records blocks applied in order. */
export function sequence(
  context: PlanContext,
  { network, blocks, prefix, shape, onto }: Sequence,
  input: FeatureMap,
): Forward {
  const shapes = inferShapes({ input: shape, blocks });
  if (!shapes.ok) {
    throw new RangeError(`Cannot compile the network: ${shapes.reason}`);
  }
  const steps: Forward[] = [];
  let value = input;
  let done = 0;
  for (const [index, block] of blocks.entries()) {
    if (index < done) continue;
    let tail = context.folded !== undefined && block.type === "conv"
      ? tailOf(blocks, index)
      : undefined;
    done = index + 1 + Number(tail?.norm ?? 0) + Number(tail?.relu ?? 0);
    const isLast = done === blocks.length;
    if (onto !== undefined && isLast) tail = { ...tail!, relu: true };
    const place: Place = {
      name: `${prefix}.${index}`,
      input: index === 0 ? shape : shapes.blocks[index - 1]!,
      output: shapes.blocks[index]!,
    };
    const step = block.type === "residual"
      ? residual(context, block, place, { network, input: value })
      : block.type === "concat"
      ? concat(context, block, place, { network, input: value })
      : layerForward(context, block, place, value, {
        network,
        before: blocks[index - 1],
        nameBefore: `${prefix}.${index - 1}`,
        after: blocks[index + 1],
        tail,
        onto: isLast ? onto : undefined,
      });
    steps.push(step);
    value = step.output;
  }
  return {
    output: value,
    backward(gradient, wantsInputGradient) {
      // Nothing before the first layer with parameters needs a gradient.
      const first = wantsInputGradient ? 0 : blocks.findIndex(hasParameters);
      if (first < 0) return undefined;
      let current: FeatureMap | undefined = gradient;
      for (let index = steps.length - 1; index >= first; index--) {
        current = steps[index]!.backward(
          current!,
          wantsInputGradient || index > first,
        );
      }
      return current;
    },
  };
}
