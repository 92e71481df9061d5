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
  optionKinds,
  parseOptions,
  print,
  runMain,
  type RunOptions,
  UsageError,
  warn,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import type { DataSetHandle } from "../lib/data/mod.ts";
import {
  buildNetwork,
  countMacs,
  countParameters,
  NETWORK_NAMES,
} from "../lib/network/mod.ts";
import type { Engine } from "../lib/engine/mod.ts";
import { canonicalJson, sha256Hex } from "../lib/random/mod.ts";
import {
  engineIdentity,
  TeacherError,
  teacherRequest,
} from "../lib/search/mod.ts";
import {
  checkDataFolders,
  checkDataOptions,
  checkTeacherPrecision,
  type CommandLog,
  compareTeachers,
  courseOfEvaluation,
  dataIdentity,
  dataOptions,
  ENGINE_CHOICE,
  epochsShown,
  findData,
  findTrained,
  inQueueNetwork,
  openLog,
  optionsText,
  precisionOf,
  recipeFields,
  recipeOf,
  recipeOptions,
  recordedTeacher,
  recordedTeachers,
  renderTeachers,
  renderTeacherTable,
  type RunLog,
  type Session,
  type TeacherContent,
  type TeacherIdentity,
  teacherName,
  teacherPrecisionOptions,
  teacherRecord,
  testAccuracy,
  watched,
  weightsPath,
  withSession,
  writeTeacher,
} from "../lib/lab/mod.ts";

/** What can be asked on the command line. */
export const command = {
  name: "deno task teacher",
  summary: "Train a teacher, or show the one that is there",
  examples: [
    "deno task teacher --dataset cifar10 --network resnet18 --width 0.25",
    "deno task teacher --dataset cifar10 --network vgg13 --data FOLDER",
    "deno task teacher --dataset folder:PATH --size 64 --network resnet18",
    "deno task teacher --retrain --engine onednn",
    "deno task teacher --engine onednn --precision bf16",
    "deno task teacher --engine onednn --queue redis://HOST",
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
    ...recipeOptions,
    ...teacherPrecisionOptions,
    seed: z.int().min(1).default(1).describe("Seed of the training"),
    data: z.strictObject({
      seed: z.int().min(1).default(1).describe("Seed of the validation split"),
    }),
    engine: z.enum(ENGINE_CHOICE.engines).default(ENGINE_CHOICE.engines[0]!)
      .describe(`Runtime that trains. ${ENGINE_CHOICE.engineNote}`),
    queue: z.string().min(1).optional().describe(
      "Trains on another machine: redis://HOST, rediss://HOST, or the queue.json of deno task queue; docs/machines.md",
    ),
    dataFolder: optionKinds.path.optional().meta({ flag: "data" }).describe(
      "Folder with data set files already there, looked in first",
    ),
    results: optionKinds.path.default("results").describe(
      "Folder for weights, records and the run store",
    ),
    log: optionKinds.log,
    retrain: z.boolean().default(false).describe(
      "Train anew, write nothing, and compare with the record: exit 4 if the bits of the same engine differ, or the accuracy of another one by more than a point",
    ),
  }),
};

type Options = z.infer<typeof command.schema>;

/** The teacher that the options ask for. */
function identityOf(
  {
    dataset,
    network: name,
    width,
    validation,
    images,
    recipe,
    precision,
    seed,
    data,
  }: Options,
  dataSet: DataSetHandle,
): TeacherIdentity {
  const kind = { dataset, network: name, width };
  const { precision: _, ...usual } = recipeOf(kind, recipe);
  return {
    data: {
      ...dataIdentity(dataSet),
      validation,
      images,
      ...(data.seed === seed ? {} : { seed: data.seed }),
    },
    name,
    network: buildNetwork(name, {
      input: dataSet.shape,
      classes: dataSet.classes.length,
      width,
    }),
    recipe: {
      ...usual,
      ...precisionOf(precision),
    },
    seed,
  };
}

/** Trains, or finds the training in the store, and tests. */
async function train(
  session: Session,
  dataSet: DataSetHandle,
  { identity, name, log }: {
    readonly identity: TeacherIdentity;
    readonly name: string;
    readonly log: RunLog;
  },
): Promise<{ readonly content: TeacherContent; readonly weights: Uint8Array }> {
  const { engine, evaluator, executor, throwIfInterrupted } = session;
  const { data: split, network, recipe, seed } = identity;
  const { validation, images } = split;
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
    seeds: { data: split.seed ?? seed, teacher: seed },
    engine,
  });
  executor.register(data);
  const progress = createProgress({
    label: `${identity.data.name} ${identity.name}`,
    total: recipe.epochs,
    unit: "epochs",
  });
  const shown = epochsShown(progress);
  const evaluation = await watched(evaluator, log).evaluate(request, {
    weights: true,
    checkpoints: true,
    purpose: [name],
    onEpoch: shown.reach,
  }).then((evaluation) => {
    if (evaluation.failure === undefined) shown.end(recipe.epochs);
    return evaluation;
  }).finally(() => progress.finish());
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
      identity,
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
  const { seed, engine, queue, dataFolder: data, results, log } = options;
  return {
    profile: "teacher",
    seed,
    engine,
    workers: queue === undefined ? 1 : 0,
    ...(queue === undefined ? {} : { queue }),
    ...(data === undefined ? {} : { data }),
    results,
    ...log.tensorboard === undefined ? {} : { tensorboard: log.tensorboard },
    fresh: false,
    dryRun: false,
  };
}

/** The log of the teachers of this identity: one. */
function logOf(
  log: CommandLog,
  identity: TeacherIdentity,
  engine: Engine,
): RunLog {
  const all = { identity, engine: engineIdentity(engine) };
  return log.run(["teachers"], { identity: sha256Hex(canonicalJson(all)) });
}

/** Prints the table of all teachers, and writes the page on them. */
async function showTeachers(results: string): Promise<void> {
  const records = await recordedTeachers(results);
  print(renderTeacherTable(records));
  await writeFileAtomic(
    `${results}/teachers/README.md`,
    renderTeachers(records),
  );
}

async function main(args: readonly string[]): Promise<number> {
  const given = parseOptions(command, args);
  const { precision = recipeFields(given).precision } = given;
  const options = { ...given, ...(precision && { precision }) };
  checkDataOptions(options);
  const elsewhere = await inQueueNetwork(runOptions(options));
  if (elsewhere !== undefined) return elsewhere;
  const { results, retrain } = options;
  checkDataFolders(runOptions(options));
  // Whether the images are enough is mostly known before anything is fetched.
  const found = await findData(options, runOptions(options));
  checkCounts(options, found.facts.trainCount ?? Infinity);
  const name = teacherName(options);
  const before = retrain ? await recordedTeacher(results, name) : undefined;
  if (retrain && before === undefined) {
    warn(`There is no record of ${name} to compare with: train it first`);
    return EXIT.usage;
  }
  const written = await openLog(runOptions(options));
  // A training that is to be repeated must not be remembered.
  const folder = retrain
    ? await Deno.makeTempDir({ prefix: "n2n-retrain-" })
    : results;
  try {
    const code = await withSession(
      { ...runOptions(options), results: folder },
      async (session) => {
        checkTeacherPrecision(session.engine, {
          precision,
          flag: "--precision",
        });
        const dataSet = await found.open();
        checkCounts(options, dataSet.count.train);
        const identity = identityOf(options, dataSet);
        const { engine } = session;
        const there = await findTrained(results, identity, engine);
        const log = logOf(written, identity, engine);
        log.part(name).text(
          optionsText({ ...identity, network: identity.name }),
        );
        if (there !== undefined && !retrain) {
          log.part(name).training(
            identity.recipe,
            courseOfEvaluation(there.deterministic.evaluation),
          );
          await showTeachers(results);
          notify(`Trained before: ${there.profile}; --retrain compares`);
          notify(`Digest: ${there.digest}`);
          return EXIT.done;
        }
        const { content, weights } = await train(session, dataSet, {
          identity,
          name,
          log,
        });
        if (retrain) return compareTeachers(there ?? before!, content);
        const record = teacherRecord(name, content);
        await writeTeacher(results, {
          record,
          weights,
          environment: {
            ...await describeEnvironment(),
            written: isoTime(),
            workerSeconds: session.evaluator.cost.workerSeconds,
          },
        });
        await showTeachers(results);
        notify(`Written: ${results}/${weightsPath(name)}, with its record`);
        notify(`Digest: ${record.digest}`);
        return EXIT.done;
      },
    );
    return code === EXIT.done && written.isIncomplete ? EXIT.bug : code;
  } finally {
    if (retrain) await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await runMain(main);
