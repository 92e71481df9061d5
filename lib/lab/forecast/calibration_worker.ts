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

/** What a thread answers. */
export interface Timed {
  /** The probes in their order: all of them, or the first one of a slow engine. */
  readonly probes: readonly Measured[];
  /** In multiples of how many the engine computes channels. */
  readonly channelBlock: number;
}

/** Each kind of use is timed for at least so long, and so often. */
const LEAST_SECONDS = 0.15;
const LEAST_CALLS = 2;

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

/**
 * Median seconds of a call, after a first one that also allocates: what else the
 * machine does now holds up some of the calls, and rarely half of them.
 */
async function median(call: () => Promise<unknown>): Promise<number> {
  await call();
  const all = stopwatch();
  const times: number[] = [];
  do {
    const seconds = stopwatch();
    await call();
    times.push(seconds());
  } while (all() < LEAST_SECONDS || times.length < LEAST_CALLS);
  times.sort((a, b) => a - b);
  return times[Math.floor((times.length - 1) / 2)]!;
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
      training: await median(epoch) / images,
      prediction: await median(look) / images,
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
): Promise<"ready" | Timed> {
  if (question !== "measure") {
    engine = openEngine(question.engine);
    await engine;
    return "ready";
  }
  const opened = await engine!;
  const { channelBlock = 1 } = opened;
  const few = await time(opened, PROBES[0]!, FEW_IMAGES);
  const probes: Measured[] = [];
  if (few.training > SLOW_SECONDS) return { probes: [few], channelBlock };
  for (const network of PROBES) {
    probes.push(await time(opened, network, IMAGES));
  }
  return { probes, channelBlock };
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
