/**
 * Trains a teacher: a network on labels, by the recipe for its data set. Others
 * compress it; small ones are committed with their record, so that nobody has to
 * wait for them.
 *
 * @module
 */

import { z } from "zod";
import {
  createProgress,
  describeEnvironment,
  EXIT,
  isoTime,
  notify,
  parseOptions,
  print,
  runMain,
  type RunOptions,
  UsageError,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  buildNetwork,
  countMacs,
  countParameters,
  NETWORK_NAMES,
} from "../lib/network/mod.ts";
import { sha256Hex } from "../lib/random/mod.ts";
import {
  environmentPath,
  environmentText,
  recordPath,
  recordText,
} from "../lib/report/mod.ts";
import {
  engineIdentity,
  TeacherError,
  teacherRequest,
} from "../lib/search/mod.ts";
import {
  checkDataFolder,
  checkDataOptions,
  compareTeachers,
  dataIdentity,
  dataOptions,
  ENGINE_CHOICE,
  findData,
  type FoundData,
  recipeOf,
  recipeSchema,
  recordedTeacher,
  recordedTeachers,
  renderTeachers,
  type Session,
  type TeacherContent,
  teacherName,
  teacherRecord,
  testAccuracy,
  weightsPath,
  withSession,
} from "../lib/lab/mod.ts";

const source = {
  name: "deno task teacher",
  summary: "Train a teacher, or show the one that is there",
  examples: [
    "deno task teacher --dataset cifar10 --network resnet18 --width 0.25",
    "deno task teacher --dataset cifar10 --network vgg13 --data FOLDER",
    "deno task teacher --dataset folder:PATH --size 64 --network resnet18",
    "deno task teacher --retrain --engine onednn",
  ],
  schema: z.strictObject({
    ...dataOptions,
    network: z.enum(NETWORK_NAMES).default("vgg13").describe("Network"),
    width: z.number().positive().max(4).default(0.25).describe(
      "Multiplier of the network's channels (paper: 1)",
    ),
    validation: z.int().min(1).default(5000).describe(
      "Training images held out for validation",
    ),
    images: z.int().min(0).default(0).describe(
      "Training images, stratified; 0 takes all that are left",
    ),
    recipe: recipeSchema,
    seed: z.int().min(1).default(1).describe(
      "Seed from which every random stream is derived",
    ),
    engine: z.enum(ENGINE_CHOICE.engines).default(ENGINE_CHOICE.engines[0]!)
      .describe(`Runtime that trains. ${ENGINE_CHOICE.engineNote}`),
    data: z.string().min(1).optional().describe(
      "Folder with data set files already there, looked in first",
    ),
    results: z.string().min(1).default("results").describe(
      "Folder for weights, records and the run store",
    ),
    retrain: z.boolean().default(false).describe(
      "Train anew, write nothing, and compare with the record: exit 4 if the bits of the same engine differ, or the accuracy of another one by more than a point",
    ),
  }),
};

type Options = z.infer<typeof source.schema>;

/** Trains, or finds the training in the store, and tests. */
async function train(
  session: Session,
  options: Options,
  found: FoundData,
): Promise<{ readonly content: TeacherContent; readonly weights: Uint8Array }> {
  const { engine, evaluator, executor, throwIfInterrupted } = session;
  const { dataset, network: networkName, validation, images, seed } = options;
  const dataSet = await found.open();
  checkCounts(options, dataSet.count.train);
  const network = buildNetwork(networkName, {
    input: dataSet.shape,
    classes: dataSet.classes.length,
    width: options.width,
  });
  const recipe = recipeOf(dataset, networkName, options.recipe);
  const { request, data } = await teacherRequest({
    dataSet,
    images: {
      validation,
      train: images,
      studentTrain: 0,
      studentValidation: 0,
    },
    network,
    recipe,
    seed,
    engine,
  });
  executor.register(data);
  const progress = createProgress({
    label: `${dataset} ${networkName}`,
    total: recipe.epochs,
    unit: "epochs",
  });
  let known = 0;
  const evaluation = await evaluator.evaluate(request, {
    weights: true,
    checkpoints: true,
    onEpoch(epochs) {
      if (known === 0) progress.skip(epochs - 1);
      progress.advance(1);
      known = epochs;
    },
  });
  throwIfInterrupted();
  if (evaluation.failure !== undefined) {
    const { step, reason } = evaluation.failure;
    throw new TeacherError(
      `Cannot train the teacher: ${reason} at step ${step}, expected a number; a lower --recipe.learning-rate may help`,
    );
  }
  const weights = evaluator.weights(request);
  return {
    weights,
    content: {
      identity: {
        data: { ...dataIdentity(dataSet), validation, images },
        name: networkName,
        network,
        recipe,
        seed,
      },
      engine: engineIdentity(engine),
      parameters: countParameters(network),
      macs: countMacs(network),
      evaluation,
      test: await testAccuracy(session, dataSet, {
        network,
        recipe,
        weights,
      }),
      weights: sha256Hex(weights),
    },
  };
}

/**
 * Checks that the data set has the images that are asked for.
 *
 * @throws {UsageError} If it has not.
 */
function checkCounts({ dataset, validation, images }: Options, count: number) {
  const left = count - validation;
  const wrong = validation >= count
    ? `--validation ${validation}: expected at most ${count - 1}`
    : images > left
    ? `--images ${images}: expected at most ${left}`
    : undefined;
  if (wrong !== undefined) {
    throw new UsageError(`${wrong}, the images that ${dataset} has for it`);
  }
}

/** What the session's parts ask of a run. */
function runOptions(options: Options): RunOptions {
  const { seed, engine, data, results } = options;
  return {
    profile: "teacher",
    seed,
    engine,
    workers: 1,
    ...(data === undefined ? {} : { data }),
    results,
    fresh: false,
    dryRun: false,
  };
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(source, args);
  checkDataOptions(options);
  const { results, retrain } = options;
  checkDataFolder(runOptions(options));
  // Whether the images are enough is mostly known before anything is fetched.
  const found = await findData(options, runOptions(options));
  checkCounts(options, found.facts.trainCount ?? Infinity);
  const name = teacherName(options);
  const before = await recordedTeacher(results, name);
  if (retrain && before === undefined) {
    notify(`There is no record of ${name} to compare with: train it first`);
    return EXIT.usage;
  }
  // A training that is to be repeated must not be remembered.
  const folder = retrain
    ? await Deno.makeTempDir({ prefix: "n2n-retrain-" })
    : results;
  try {
    return await withSession(
      { ...runOptions(options), results: folder },
      async (session) => {
        const { content, weights } = await train(session, options, found);
        if (retrain) return compareTeachers(before!, content);
        const record = teacherRecord(name, content);
        const environment = {
          ...await describeEnvironment(),
          written: isoTime(),
          cpuSeconds: session.evaluator.cost.cpuSeconds,
        };
        const place = { question: "teachers", profile: name };
        await writeFileAtomic(`${results}/${weightsPath(name)}`, weights);
        await writeFileAtomic(
          `${results}/${environmentPath(place)}`,
          environmentText(record, environment),
        );
        // Last: a record vouches for the weights beside it.
        await writeFileAtomic(
          `${results}/${recordPath(place)}`,
          recordText(record),
        );
        const table = renderTeachers(await recordedTeachers(results));
        await writeFileAtomic(`${results}/teachers/README.md`, table);
        print(table);
        notify(`Written: ${results}/${weightsPath(name)}, with its record`);
        notify(`Digest: ${record.digest}`);
        return EXIT.done;
      },
    );
  } finally {
    if (retrain) await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await runMain(main);
