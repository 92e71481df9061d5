/**
 * A thread that times the probes: trainings and predictions, as an evaluation
 * does them, of made-up images.
 *
 * @module
 */

import { stopwatch } from "../../cli/mod.ts";
import { type Engine, openEngine } from "../../engine/mod.ts";
import type { Network } from "../../network/mod.ts";
import { randomStream } from "../../random/mod.ts";
import {
  initialise,
  measureAccuracy,
  type Recipe,
  shareUint32,
  train,
  type TrainingData,
} from "../../training/mod.ts";
import { PROBE_BATCH, PROBES } from "./calibration_networks.ts";

/** Seconds of a probe. */
export interface Measured {
  /** For making its program. */
  readonly compile: number;
  /** An image of a training step. */
  readonly training: number;
  /** An image of a prediction. */
  readonly prediction: number;
}

/** Each kind of use is timed for at least so long. */
const LEAST_SECONDS = 0.15;

/** Images of a timed epoch: a few steps. */
const IMAGES = 3 * PROBE_BATCH;

/**
 * An engine that needs longer for an image of the first, smallest probe is only
 * timed on a few of its images: it is a reference, and the others would take
 * minutes.
 */
const SLOW_SECONDS = 0.004;
const FEW_IMAGES = 4;

const CLASSES = 10;

/** How candidates are trained, in one epoch. */
const RECIPE: Recipe = {
  epochs: 1,
  batchSize: PROBE_BATCH,
  learningRate: 1e-3,
  schedule: { type: "constant" },
  optimiser: {
    type: "adam",
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  },
  loss: { crossEntropy: 0, logitMse: 1 },
  initialisation: "he",
  augmentation: { cropPadding: 0, flip: false },
};

/** Noise with labels and logits. */
function madeUp({ input }: Network, images: number): TrainingData {
  const random = randomStream(1, "calibration");
  const [channels, height, width] = input;
  const shared = (length: number) =>
    new Uint8Array(new SharedArrayBuffer(length));
  const rows = shareUint32(Uint32Array.from({ length: images }, (_, i) => i));
  const pixels = shared(images * channels * height * width);
  for (let i = 0; i < pixels.length; i++) pixels[i] = random.integer(256);
  return {
    id: "calibration",
    mean: Array.from({ length: channels }, () => 0.5),
    std: Array.from({ length: channels }, () => 0.25),
    images: {
      images: pixels,
      labels: shared(images),
      count: images,
      shape: input,
      classCount: CLASSES,
    },
    train: rows,
    validation: rows,
    teacherLogits: [
      Float32Array.from({ length: images * CLASSES }, () => random.normal()),
    ],
  };
}

/** Mean seconds of a call, after a first one that also allocates. */
async function mean(call: () => Promise<unknown>): Promise<number> {
  await call();
  const seconds = stopwatch();
  let times = 0;
  do {
    await call();
    times++;
  } while (seconds() < LEAST_SECONDS);
  return seconds() / times;
}

async function time(
  engine: Engine,
  network: Network,
  images: number,
): Promise<Measured> {
  const { loss, optimiser, batchSize } = RECIPE;
  const data = madeUp(network, images);
  const seconds = stopwatch();
  const program = await engine.compile(network, { loss, optimiser, batchSize });
  const compile = seconds();
  try {
    program.load(
      initialise(network, { initialisation: "he", seed: 1, owner: "probe" }),
    );
    const epoch = () =>
      train(program, RECIPE, data, { seed: 1, owner: "probe" });
    const look = () =>
      measureAccuracy(program, {
        split: data.images,
        indices: data.validation,
        mean: data.mean,
        std: data.std,
      });
    return {
      compile,
      training: await mean(epoch) / images,
      prediction: await mean(look) / images,
    };
  } finally {
    await program.dispose();
  }
}

/** The worker's global scope, as far as it is used. */
const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage:
    | ((event: MessageEvent<{ engine: string } | "measure">) => void)
    | null;
};
let engine: Promise<Engine> | undefined;

async function answer(
  question: { readonly engine: string } | "measure",
): Promise<unknown> {
  if (question !== "measure") {
    engine = openEngine(question.engine);
    await engine;
    return "ready";
  }
  const opened = await engine!;
  const few = await time(opened, PROBES[0]!, FEW_IMAGES);
  if (few.training > SLOW_SECONDS) return [few];
  const measured: Measured[] = [];
  for (const network of PROBES) {
    measured.push(await time(opened, network, IMAGES));
  }
  return measured;
}

scope.onmessage = ({ data }) => {
  answer(data).then(
    (reply) => scope.postMessage(reply),
    // Thrown outside of the promise it reaches the thread that asked.
    (error: unknown) =>
      queueMicrotask(() => {
        throw error;
      }),
  );
};
