/**
 * Which engines this machine has, how to get the others, and how fast each is.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  notify,
  parseOptions,
  print,
  runMain,
  stopwatch,
} from "../lib/cli/mod.ts";
import {
  type Batch,
  type Engine,
  type EngineStatus,
  surveyEngines,
} from "../lib/engine/mod.ts";
import type { Layer, Network } from "../lib/network/mod.ts";
import { randomStream } from "../lib/random/mod.ts";
import {
  type Cell,
  formatCount,
  markdownTable,
  MISSING,
} from "../lib/report/mod.ts";
import { initialise } from "../lib/training/mod.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task engines",
  summary: "Which engines there are, how to get the others, how fast each is",
  examples: ["deno task engines", "deno task engines --seconds 5"],
  schema: z.strictObject({
    seconds: z.number().gt(0).max(600).default(1).describe(
      "Length of each engine's benchmark; a step that takes longer is finished",
    ),
  }),
};

/** Images of a step. */
const BATCH = 64;

/** A convolution with batch norm and ReLU. */
function unit(outChannels: number): readonly Layer[] {
  return [
    {
      type: "conv",
      outChannels,
      kernel: 3,
      stride: 1,
      padding: 1,
      bias: false,
    },
    { type: "batchNorm" },
    { type: "relu" },
  ];
}

const HALVE: Layer = { type: "maxPool", kernel: 2, stride: 2, padding: 0 };

/** A small CNN, such as students are: three convolutions on MNIST's images. */
const NETWORK: Network = {
  input: [1, 28, 28],
  blocks: [
    ...unit(8),
    HALVE,
    ...unit(16),
    HALVE,
    ...unit(32),
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "linear", outFeatures: 10, bias: true },
  ],
};

/** Images a second of whole training steps (Adam, logit MSE) on one thread. */
async function measure(engine: Engine, seconds: number): Promise<number> {
  const program = await engine.compile(NETWORK, {
    loss: { crossEntropy: 0, logitMse: 1 },
    optimiser: {
      type: "adam",
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    },
    batchSize: BATCH,
  });
  try {
    program.load(
      initialise(NETWORK, { initialisation: "he", seed: 1, owner: "engines" }),
    );
    const random = randomStream(1, "engines");
    const normal = () => random.normal();
    const [channels, height, width] = NETWORK.input;
    const pixels = BATCH * channels * height * width;
    const batch: Batch = {
      size: BATCH,
      images: Float32Array.from({ length: pixels }, normal),
      labels: new Int32Array(BATCH),
      teacherLogits: Float32Array.from({ length: BATCH * 10 }, normal),
    };
    const run = async (least: number) => {
      const elapsed = stopwatch();
      let steps = 0;
      do {
        await program.step(batch, { learningRate: 1e-3, random });
        steps++;
      } while (elapsed() < least);
      return { rate: BATCH * steps / elapsed(), seconds: elapsed() };
    };
    // The first step also compiles and allocates. Where it alone takes as long
    // as the benchmark, that is no longer seen in it.
    const first = await run(0);
    return first.seconds >= seconds ? first.rate : (await run(seconds)).rate;
  } finally {
    await program.dispose();
  }
}

async function row(
  status: EngineStatus,
  seconds: number,
): Promise<readonly Cell[]> {
  if (!status.available) {
    return [status.name, "no", MISSING, MISSING, MISSING];
  }
  const { engine } = status;
  notify(`${engine.name}: training for ${seconds} s`);
  const rate = await measure(engine, seconds);
  return [
    engine.name,
    "yes",
    // For a terminal first: as they are, without the marks of markdown's text.
    { markdown: engine.version },
    { markdown: engine.instructionSet },
    // More than three digits would promise more than a second can tell.
    formatCount(Number(rate.toPrecision(3))),
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const { seconds } = parseOptions(command, args);
  const statuses = await surveyEngines();
  const rows: (readonly Cell[])[] = [];
  for (const status of statuses) rows.push(await row(status, seconds));
  print(markdownTable(
    [
      { title: "engine" },
      { title: "available" },
      { title: "version" },
      { title: "instruction set" },
      { title: "images/s", align: "right" },
    ],
    rows,
  ));
  print(
    `Images a second of training steps (three convolutions on 28x28 images, ` +
      `batch ${BATCH}, one thread): a glance, no benchmark.`,
  );
  for (const status of statuses) {
    if (status.available) continue;
    print(`\n${status.name} is not available: ${status.reason}.`);
    print(`To get it: ${status.remedy}.`);
  }
  return EXIT.done;
}

if (import.meta.main) await runMain(main);
