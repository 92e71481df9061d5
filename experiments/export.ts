/**
 * Networks out: a teacher, or a student that a search found, as ONNX, safetensors,
 * PyTorch or TensorFlow.js. What was written is read back by a library for the
 * format and compared with this project's own engine, image by image.
 *
 * @module
 */

import { z } from "zod";
import {
  EXIT,
  notify,
  optionKinds,
  parseOptions,
  print,
  runMain,
  UsageError,
  warn,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  DataError,
  dataSetFacts,
  type DataSetHandle,
  fillBatch,
  isFolderName,
  renormalised,
} from "../lib/data/mod.ts";
import { openTestSplit } from "../lib/data/test_split.ts";
import type { Predictor } from "../lib/engine/mod.ts";
import {
  exportNetwork,
  type Files,
  FORMATS,
  readBack,
  READERS,
  type TrainedNetwork,
} from "../lib/exchange/mod.ts";
import {
  compareLogits,
  ENGINE_CHOICE,
  type ExportSource,
  LOGIT_TOLERANCE,
  openChosenEngine,
  openData,
  studentSource,
  teacherSource,
  timeInTurn,
} from "../lib/lab/mod.ts";
import { countParameters, networkId } from "../lib/network/mod.ts";
import {
  type Column,
  formatAccuracy,
  formatCount,
  markdownTable,
} from "../lib/report/mod.ts";
import type { Latency } from "../lib/search/mod.ts";
import { initialise, measureAccuracy } from "../lib/training/mod.ts";

/** The command line of the export. */
export const command = {
  name: "deno task export",
  summary: "Write a trained network in a format that others read, and check it",
  examples: [
    "deno task export --teacher mnist-vgg13-w0.25 --to onnx",
    "deno task export --student rq1/smoke/mnist-vgg13-w0.125-reinforce-s1/shrinkage --to tfjs",
    "deno task export --teacher cifar10-resnet18-w0.25 --to pytorch --out FOLDER",
  ],
  schema: z.strictObject({
    teacher: z.string().min(1).optional().describe(
      "A teacher of results/teachers, by its name",
    ),
    student: z.string().min(1).optional().describe(
      "The winner of a stage: QUESTION/PROFILE/CELL/STAGE",
    ),
    to: z.enum(FORMATS).default(FORMATS[0]).describe("Format"),
    out: optionKinds.path.optional().describe(
      "Folder for the files (default: exports/NAME/FORMAT)",
    ),
    images: z.int().min(1).default(256).describe(
      "Test images of which the logits are compared",
    ),
    runs: z.int().min(1).max(100_000).default(200).describe(
      "Predictions of one image that are timed",
    ),
    engine: z.enum(ENGINE_CHOICE.engines).default(ENGINE_CHOICE.engines[0]!)
      .describe("The project's own engine that gives the expected logits"),
    dataset: optionKinds.path.regex(/^folder:./).optional().describe(
      "folder:PATH, where the pictures lie of a network that was trained on some",
    ),
    skipBroken: z.boolean().default(false).describe(
      "Leave broken pictures of folder:PATH out, as the training did",
    ),
    data: optionKinds.path.optional().describe(
      "Folder with data set files already there, looked in first",
    ),
    results: optionKinds.path.default("results").describe("Results folder"),
  }),
};

type Options = z.infer<typeof command.schema>;

/** The network that the options name. */
async function sourceOf(
  { teacher, student, results }: Options,
): Promise<ExportSource> {
  if (teacher !== undefined && student === undefined) {
    return await teacherSource(results, teacher);
  }
  if (student !== undefined && teacher === undefined) {
    return await studentSource(results, student);
  }
  throw new UsageError(
    `--teacher, --student: ${
      teacher === undefined ? "none" : "both"
    } given, expected one of them`,
  );
}

/** The data set that the network was trained on, which has its test images. */
async function openOwnData(
  { data: { name, digest }, network: { input }, preprocessing }: ExportSource,
  { dataset, skipBroken, ...own }: Options,
): Promise<DataSetHandle> {
  if (isFolderName(name) !== (dataset !== undefined)) {
    throw new UsageError(
      isFolderName(name)
        ? `--dataset: expected folder:PATH, where the pictures of ${name} lie`
        : `--dataset ${dataset}: expected none, the network was trained on ${name}`,
    );
  }
  // Pictures that are not square have the one size of all.
  const [, height, width] = input;
  const isSized = height === width &&
    (dataset !== undefined || dataSetFacts(name).isResizable);
  const opened = await openData(dataset ?? name, {
    ...(own.data === undefined ? {} : { data: own.data }),
    ...(isSized ? { size: height } : {}),
    skipBroken,
  });
  if (
    opened.digest.train !== digest.train || opened.digest.test !== digest.test
  ) {
    throw new DataError(
      `Cannot export: the images of ${name} are not those that the network was trained on (test split ${opened.digest.test}, expected ${digest.test})`,
    );
  }
  return preprocessing === undefined
    ? opened
    : renormalised(opened, preprocessing);
}

/** What is told of one network. */
interface Row {
  readonly who: string;
  readonly trained: Pick<TrainedNetwork, "network" | "accuracy">;
  readonly files: Files;
  /** Accuracy of what was read back, and of how many images. */
  readonly measured?: { readonly accuracy: number; readonly count: number };
  readonly latency: Latency;
}

const COLUMNS: readonly Column[] = [
  { title: "network" },
  { title: "parameters", align: "right" },
  { title: "bytes", align: "right" },
  { title: "test accuracy %, recorded", align: "right" },
  { title: "exported (images)", align: "right" },
  { title: "ms an image, median", align: "right" },
  { title: "quartiles", align: "right" },
  { title: "runs", align: "right" },
];

function rowOf({ who, trained, files, measured, latency }: Row) {
  const bytes = [...files].reduce(
    (sum, [name, content]) =>
      name === "README.md" ? sum : sum + bytesOf(content).length,
    0,
  );
  const ms = (value: number) => value.toFixed(3);
  return [
    who,
    formatCount(countParameters(trained.network)),
    formatCount(bytes),
    formatAccuracy(trained.accuracy),
    measured === undefined
      ? "–"
      : `${formatAccuracy(measured.accuracy)} (${formatCount(measured.count)})`,
    ms(latency.medianMs),
    `${ms(latency.lowMs)} … ${ms(latency.highMs)}`,
    formatCount(latency.runs),
  ];
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
}

/** Writes files and gives what then lies in the folder. */
async function writeFiles(folder: string, files: Files): Promise<Files> {
  const written = new Map<string, Uint8Array>();
  for (const [name, content] of files) {
    await writeFileAtomic(`${folder}/${name}`, content);
    written.set(name, await Deno.readFile(`${folder}/${name}`));
  }
  return written;
}

/** The same network in this project's own engine. */
async function openOwn(
  { network, weights }: TrainedNetwork,
  choice: string,
): Promise<Predictor> {
  const engine = await openChosenEngine(choice);
  const program = await engine.compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    batchSize: 1,
  });
  program.load(weights);
  return program;
}

/** The first test images, normalised. */
async function testImages(
  dataSet: DataSetHandle,
  wanted: number,
): Promise<{ readonly images: Float32Array; readonly count: number }> {
  const split = await openTestSplit(dataSet);
  const count = Math.min(wanted, split.count);
  const [channels, height, width] = split.shape;
  const images = new Float32Array(count * channels * height * width);
  fillBatch({
    split,
    indices: Uint32Array.from({ length: count }, (_, row) => row),
    from: 0,
    size: count,
    images,
    labels: new Int32Array(count),
    mean: dataSet.mean,
    std: dataSet.std,
    seed: 1,
    epoch: 0,
  });
  return { images, count };
}

/** A teacher's files, of fresh weights: size and speed do not depend on them. */
async function teacherBeside(
  { to }: Options,
  { teacher }: ExportSource,
  trained: TrainedNetwork,
): Promise<{ trained: TrainedNetwork; files: Files } | undefined> {
  if (teacher === undefined) return undefined;
  const { network, test } = teacher;
  const beside: TrainedNetwork = {
    ...trained,
    name: "teacher",
    network,
    weights: initialise(network, {
      initialisation: "he",
      seed: 1,
      owner: networkId(network),
    }),
    accuracy: test,
  };
  return { trained: beside, files: await exportNetwork(to, beside) };
}

/**
 * The command.
 *
 * @param args Its arguments.
 * @returns The exit code: 4 where the logits differ.
 */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(command, args);
  const { to, engine } = options;
  const found = await sourceOf(options);
  const dataSet = await openOwnData(found, options);
  const trained: TrainedNetwork = {
    name: found.name,
    source: found.source,
    network: found.network,
    weights: found.weights,
    dataset: found.data.name,
    accuracy: found.test,
    classes: dataSet.classes,
    mean: dataSet.mean,
    std: dataSet.std,
  };
  const folder = options.out ?? `exports/${found.name}/${to}`;
  const files = await writeFiles(folder, await exportNetwork(to, trained));
  const { network } = trained;
  const own = await openOwn(trained, engine);
  const exported = await readBack(to, files, network);
  const beside = await teacherBeside(options, found, trained);
  const other = beside === undefined
    ? undefined
    : await readBack(to, beside.files, beside.trained.network);
  try {
    const { images, count } = await testImages(dataSet, options.images);
    const { largest, agreeing } = compareLogits(
      await own.predict(images, count),
      await exported.predict(images, count),
      count,
    );
    const split = await openTestSplit(dataSet);
    // Plain JavaScript would take an hour for all of them.
    const counted = to === "tfjs" ? count : split.count;
    const measured = await measureAccuracy(exported, {
      split,
      indices: Uint32Array.from({ length: counted }, (_, row) => row),
      mean: dataSet.mean,
      std: dataSet.std,
    });
    const image = images.subarray(0, images.length / count);
    const predictors = other === undefined ? [exported] : [other, exported];
    const latencies = await timeInTurn(predictors, {
      images: predictors.map(() => image),
      runs: options.runs,
    });
    const rows: readonly Row[] = [
      ...beside === undefined
        ? []
        : [{ who: "teacher", ...beside, latency: latencies[0]! }],
      { who: found.name, trained, files, measured, latency: latencies.at(-1)! },
    ];
    print(markdownTable(COLUMNS, rows.map(rowOf)).trimEnd());
    print(
      `Read back by ${READERS[to]}: largest difference of a logit ${
        largest.toExponential(1)
      }, same class for ${agreeing} of ${count} test images (engine ${engine})`,
    );
    notify(
      `Written: ${
        [...files.keys()].map((name) => `${folder}/${name}`).join(", ")
      }`,
    );
    if (largest <= LOGIT_TOLERANCE) return EXIT.done;
    warn(
      `The logits differ by ${largest}, expected at most ${LOGIT_TOLERANCE}`,
    );
    return EXIT.regression;
  } finally {
    for (const each of [own, exported, other]) await each?.dispose();
  }
}

if (import.meta.main) await runMain(main);
