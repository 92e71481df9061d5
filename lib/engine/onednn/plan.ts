/**
 * A network for one batch size as a static list of calls.
 *
 * @module
 */

import {
  BATCH_NORM_MOMENTUM,
  type Network,
  type Shape,
} from "../../network/mod.ts";
import type { Random } from "../../random/mod.ts";
import type { Batch, TrainingPlan } from "../engine.ts";
import { floats, type Scratch } from "./arena.ts";
import { TAG, TYPE } from "./constants.ts";
import { describeMemory } from "./descriptors.ts";
import { blockedPlaces, blockedSize } from "./layers/elementwise.ts";
import {
  describeMap,
  type FeatureMap,
  newMap,
  type PlanContext,
  type TrainingPass,
  typeOf,
} from "./layers/layer.ts";
import { sequence } from "./layers/sequence.ts";
import { readsPlainImages } from "./layout.ts";
import type { Library } from "./library.ts";
import { lossOf } from "./loss.ts";
import type { Parameters } from "./parameters.ts";
import { Recorder } from "./recorder.ts";

/** What a plan is made from. */
export interface PlanOptions {
  readonly library: Library;
  /** In canonical form. */
  readonly network: Network;
  readonly parameters: Parameters;
  readonly scratch: Scratch;
  readonly batch: number;
}

/** Computes loss and gradients, and moves the running statistics. */
export interface TrainingStep {
  /** The batch has as many images as the plan. */
  run(batch: Batch, random: Random): number;
  /** Only moves the running statistics; there are as many images as in a batch. */
  observe(images: Float32Array, momentum: number): void;
  dispose(): void;
}

/** Computes logits with the running statistics. */
export interface Prediction {
  /**
   * Reads the weights; before a run where they, or what this program's other plans
   * leave in their common memory, may be others than at the last time.
   */
  prepare(): void;
  /** `images` is at most a batch; returns `[batch, classes]`, valid until the next run. */
  run(images: Float32Array): Float64Array;
  dispose(): void;
}

/** What runs have in common: images in, logits out. */
interface Ends {
  readonly context: PlanContext;
  readonly images: FeatureMap;
  readonly input: FeatureMap;
  /** Actions for the end of a run. */
  readonly endings: readonly (() => void)[];
}

/** How a plan is begun. */
interface Kind {
  readonly training: boolean;
  readonly narrow: boolean;
  readonly folded?: PlanContext["folded"];
  readonly pass: () => TrainingPass;
}

/** Records a plan; what was made of one that fails is freed. */
function record<Plan>(
  options: PlanOptions,
  kind: Kind,
  finish: (ends: Ends) => Plan,
): Plan {
  const recorder = new Recorder(options.library);
  try {
    return finish(begin(recorder, options, kind));
  } catch (error) {
    recorder.dispose();
    throw error;
  }
}

function begin(
  recorder: Recorder,
  { library, network, parameters, batch }: PlanOptions,
  { training, narrow, folded, pass }: Kind,
): Ends {
  const endings: (() => void)[] = [];
  const context: PlanContext = {
    recorder,
    batch,
    training,
    narrow,
    ...(folded === undefined ? {} : { folded }),
    parameter: (name) => parameters.parameter(name),
    gradient: (name) => parameters.gradient(name),
    places: (name) => parameters.places(name),
    running: (name) => parameters.running(name),
    vector: (name) => parameters.channelValues(name),
    pass,
    atEnd: (action) => endings.push(action),
    watch: new Float32Array(batch),
  };
  const shape = network.input;
  const images: FeatureMap = {
    shape,
    tensor: recorder.tensor(
      describeMemory(library, [batch, ...shape], TAG.abcd),
    ),
  };
  // Written before a run: alive from its start.
  recorder.touchFirst(images.tensor.buffer);
  if (readsPlainImages(network, "blocks.0", library.block)) {
    const tensor = recorder.as(
      images.tensor,
      describeMemory(
        library,
        [batch, ...shape],
        TAG.abcd,
        typeOf(context, shape),
      ),
    );
    return { context, images, input: { shape, tensor }, endings };
  }
  const input = newMap(context, shape);
  const [, height, width] = shape;
  // The unpadded count: the reorder fills the padding with zeros.
  const unpadded = describeMemory(
    library,
    [batch, shape[0], height, width],
    library.block === 16 ? TAG.nChw16c : TAG.nChw8c,
    typeOf(context, shape),
  );
  recorder.reorder(images.tensor, {
    descriptor: unpadded,
    buffer: input.tensor.buffer,
  });
  return { context, images, input, endings };
}

/** Appends a function that is given the logits, NaN where the plan saw one. */
function recordLogits(
  context: PlanContext,
  { shape, tensor }: FeatureMap,
  { use, logits }: {
    readonly use: () => void;
    readonly logits: Float64Array;
  },
): void {
  const { recorder, batch, watch } = context;
  const { places, stride } = rows(shape, recorder.library.block);
  const { buffer } = recorder.as(
    tensor,
    describeMap(context, shape, TYPE.float),
  );
  recorder.host([buffer], (arena) => {
    const values = floats(arena, buffer.offset, batch * stride);
    return () => {
      for (let image = 0, i = 0; image < batch; image++) {
        for (const place of places) {
          logits[i++] = values[image * stride + place]! + watch[image]!;
        }
      }
      use();
    };
  });
}

function rows(
  shape: Shape,
  block: number,
): { readonly places: Int32Array; readonly stride: number } {
  return {
    places: blockedPlaces(shape, block),
    stride: blockedSize(shape, block),
  };
}

/** Makes the plan of a training step. */
export function planTraining(
  options: PlanOptions,
  { loss, precision }: Pick<TrainingPlan, "loss" | "precision">,
): TrainingStep {
  const { network, batch: size } = options;
  let batch: Batch | undefined;
  let current: TrainingPass | undefined;
  let value = NaN;
  const kind = {
    training: true,
    narrow: precision === "bf16",
    pass: () => current!,
  };
  return record(options, kind, ({ context, images, input, endings }) => {
    const { recorder, watch } = context;
    const body = sequence(context, {
      network,
      blocks: network.blocks,
      prefix: "blocks",
      shape: network.input,
    }, input);
    const forwardLength = recorder.length;
    const { shape } = body.output;
    const classes = shape[0] * shape[1] * shape[2];
    const logits = new Float64Array(size * classes);
    const gradient = new Float64Array(size * classes);
    recordLogits(context, body.output, {
      logits,
      use() {
        value = lossOf(logits, { loss, batch: batch!, classes, gradient });
      },
    });
    body.backward(recordGradient(context, shape, gradient), false);
    const { arena, run, dispose } = recorder.finish(options.scratch);
    const pixels = floats(
      arena,
      images.tensor.buffer.offset,
      size * network.input[0] * network.input[1] * network.input[2],
    );
    function pass(
      given: Float32Array,
      options: TrainingPass,
      operations?: number,
    ): void {
      current = options;
      pixels.set(given.subarray(0, pixels.length));
      watch.fill(0);
      run(operations);
      for (const end of endings) end();
    }
    return {
      run(given, random) {
        batch = given;
        pass(given.images, { random, momentum: BATCH_NORM_MOMENTUM });
        return value;
      },
      observe(given, momentum) {
        pass(given, { momentum }, forwardLength);
      },
      dispose,
    };
  });
}

/** Appends the loss's gradient in the logits, as a map. */
function recordGradient(
  context: PlanContext,
  shape: Shape,
  gradient: Float64Array,
): FeatureMap {
  const { recorder, batch } = context;
  const wide = recorder.tensor(describeMap(context, shape, TYPE.float));
  const { buffer } = wide;
  recorder.host([buffer], (arena) => {
    const { places, stride } = rows(shape, recorder.library.block);
    const values = floats(arena, buffer.offset, batch * stride);
    return () => {
      values.fill(0);
      for (let image = 0, i = 0; image < batch; image++) {
        for (const place of places) {
          values[image * stride + place] = gradient[i++]!;
        }
      }
    };
  });
  return { shape, tensor: recorder.as(wide, describeMap(context, shape)) };
}

/**
 * Makes the plan of a prediction: convolutions with what follows them where they
 * are given, else layer by layer.
 */
export function planPrediction(
  options: PlanOptions,
  folded?: PlanContext["folded"],
): Prediction {
  const { network, batch } = options;
  const kind = {
    training: false,
    // A network is what its weights compute, whatever they were trained in.
    narrow: false,
    ...(folded === undefined ? {} : { folded }),
    pass(): never {
      throw new Error("Cannot train: the plan is one of predictions");
    },
  };
  return record(options, kind, ({ context, images, input }) => {
    const { output } = sequence(context, {
      network,
      blocks: network.blocks,
      prefix: "blocks",
      shape: network.input,
    }, input);
    const [channels, height, width] = output.shape;
    const logits = new Float64Array(batch * channels * height * width);
    recordLogits(context, output, { logits, use() {} });
    const { arena, prepare, run, dispose } = context.recorder.finish(
      options.scratch,
    );
    const pixels = floats(
      arena,
      images.tensor.buffer.offset,
      batch * network.input[0] * network.input[1] * network.input[2],
    );
    return {
      prepare,
      run(given) {
        pixels.set(given);
        // Rows of an earlier, longer piece compute nothing that is read.
        pixels.fill(0, given.length);
        context.watch.fill(0);
        run();
        return logits;
      },
      dispose,
    };
  });
}
