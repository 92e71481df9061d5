/**
 * RQ1. How far can reinforcement-learned policies compress a trained network
 * before it loses accuracy?
 *
 * The paper's claim (section 4.3, table 1): removal, then shrinkage of layers
 * finds students with a tenth of the parameters and less at the teacher's
 * accuracy; on MNIST a VGG-13 of 9.4M parameters shrinks to 73K, at 99.55 %
 * against 99.54 %.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  defineCommand,
  describeEnvironment,
  EXIT,
  formatDuration,
  isoTime,
  notify,
  parseCommand,
  print,
  runMain,
  type RunOptions,
  stopwatch,
  UsageError,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import {
  type DataSetFacts,
  openFacts,
  placelessName,
} from "../lib/data/mod.ts";
import type { Engine } from "../lib/engine/mod.ts";
import {
  buildNetwork,
  type BuildOptions,
  type Network,
} from "../lib/network/mod.ts";
import { canonicalJson, sha256Hex } from "../lib/random/mod.ts";
import {
  createRecord,
  environmentPath,
  environmentText,
  recordPath,
  recordText,
} from "../lib/report/mod.ts";
import {
  engineIdentity,
  type PreparedTeacher,
  prepareTeacher,
  searchTwoStages,
} from "../lib/search/mod.ts";
import type { Recipe } from "../lib/training/mod.ts";
import {
  addWallTime,
  calibrationOf,
  checkDataFolder,
  checkDataOptions,
  checkImages,
  completeConfig,
  type CompressionConfig,
  compressionContent,
  compressionSchema,
  countForwards,
  type DataIdentity,
  dataIdentity,
  dataSlug,
  ENGINE_CHOICE,
  finalPart,
  finalRecipe,
  findData,
  findTeacher,
  followRun,
  type ForecastOptions,
  foreseeRun,
  foreseeStage,
  measureNetworks,
  openChosenEngine,
  phase,
  printPlan,
  PROJECT,
  type Remaining,
  renderCompression,
  type Session,
  studentRecipes,
  teacherRecipe,
  withSession,
} from "../lib/lab/mod.ts";

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq1",
  summary: "Compress a teacher in two stages and compare with the paper",
  examples: [
    "deno task rq1",
    "deno task rq1 --profile smoke",
    "deno task rq1 --profile paper --dry-run",
    "deno task rq1 --seed 2 --removal.iterations 60",
    "deno task rq1 --profile laptop-cifar10 --data FOLDER",
  ],
  schema: compressionSchema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq1",
  ...ENGINE_CHOICE,
});

/** All that a run's results depend on. */
function identityOf<Data>(
  config: CompressionConfig,
  { seed }: RunOptions,
  engine: Engine,
  { data, taken }: {
    readonly data: Data;
    readonly taken: Awaited<ReturnType<typeof findTeacher>>;
  },
) {
  // How the run came to its teacher changes nothing of the rest.
  const { retrain: _, ...teacher } = config.teacher;
  return {
    config: { ...config, dataset: placelessName(config.dataset), teacher },
    seed,
    engine: engineIdentity(engine),
    data,
    ...(taken === undefined ? {} : {
      teacher: {
        weights: taken.record.deterministic.weights,
        engine: taken.record.deterministic.engine,
      },
    }),
  };
}

/** The recorded teacher that the options ask for, if there is one. */
async function recordedTeacherOf(
  config: CompressionConfig,
  { seed, results }: RunOptions,
  { network, data: { digest, ...data } }: {
    readonly network: Network;
    readonly data: Pick<DataIdentity, "name" | "official"> & {
      readonly digest: DataSetFacts["digest"];
    };
  },
) {
  const { train, test } = digest;
  if (config.teacher.retrain || train === undefined || test === undefined) {
    return undefined;
  }
  const { validation, images } = config;
  const identity = {
    data: { ...data, digest: { train, test }, validation, images },
    name: config.network,
    network,
    recipe: teacherRecipe(config),
    seed,
  };
  // The run's own results first, then what the project brings along.
  return await findTeacher(results, identity) ??
    await findTeacher(fileURLToPath(new URL("results", PROJECT)), identity);
}

/** Name of a run's files: those of other data or networks do not replace MNIST's. */
function resultName(
  { network, ...data }: CompressionConfig,
  { profile }: RunOptions,
): string {
  const { dataset } = data;
  if (dataset === "mnist" && network === "vgg13") return profile;
  // A profile of one data set has its name already.
  const set = profile.endsWith(`-${dataset}`) ? "" : `-${dataSlug(data)}`;
  return `${profile}${set}-${network}`;
}

/** Name under which a run's progress is kept. */
function runIdOf(identity: unknown): string {
  return `rq1/${sha256Hex(canonicalJson(identity))}`;
}

async function search(
  config: CompressionConfig,
  run: RunOptions,
  session: Session,
  prepared: PreparedTeacher,
  { runId, forecast, remaining }: {
    readonly runId: string;
    readonly forecast: ForecastOptions;
    readonly remaining: Remaining;
  },
) {
  const { store, engine, evaluator, throwIfInterrupted } = session;
  const stagePhase = (part: "removal" | "shrinkage") =>
    phase({
      label: part,
      total: config[part].iterations,
      unit: "iterations",
      forecast: { part, remaining },
    });
  const phases = {
    removal: stagePhase("removal"),
    shrinkage: stagePhase("shrinkage"),
  };
  const final = phase({
    label: "final",
    // Both stages' winners train side by side: their epochs are counted together.
    total: 2 * config.finalists * config.final.epochs,
    unit: "epochs",
    forecast: { part: "final", remaining },
  });
  let finalEpochs = 0;
  phases.removal.begin();
  return await searchTwoStages({
    run: runId,
    store,
    evaluator,
    teacher: prepared.network,
    reference: prepared.reference,
    seed: run.seed,
    engine: engine.name,
    students: studentRecipes(config),
    searchData: prepared.searchData.id,
    final: finalRecipe(config),
    finalData: prepared.finalData.id,
    finalists: config.finalists,
    removal: config.removal,
    shrinkage: config.shrinkage,
    shrink: {
      shrink: config.shrink.what,
      minChannels: config.shrink.minChannels,
    },
    onIteration(kind, { iteration, proposals }) {
      const best = Math.max(...proposals.map(({ reward }) => reward));
      phases[kind].reach(iteration + 1, `best reward ${best.toFixed(3)}`);
      if (iteration + 1 < config[kind].iterations) return;
      if (kind === "removal") phases.shrinkage.begin();
      else final.begin();
    },
    onBase(base) {
      const { part, winner } = foreseeStage(forecast, "shrinkage", base);
      remaining.replace(part);
      remaining.replace(finalPart(forecast, [base, winner]));
    },
    onFinalEpoch: () => final.reach(++finalEpochs),
    throwIfInterrupted,
  });
}

/**
 * The teacher.
 *
 * @throws {UsageError} If it does not fit the images.
 */
function teacherNetwork(
  { network, dataset }: CompressionConfig,
  options: BuildOptions,
): Network {
  try {
    return buildNetwork(network, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--network ${network}: expected one that takes the images of ${dataset} (${error.message})`,
      { cause: error },
    );
  }
}

/** The recipe of the stage whose students look at the images most often. */
function longerStudent(config: CompressionConfig): Recipe {
  const { removal, shrinkage } = studentRecipes(config);
  return shrinkage.epochs > removal.epochs ? shrinkage : removal;
}

async function main(args: readonly string[]): Promise<number> {
  const { config: given, run } = parseCommand(command, args);
  const config = completeConfig(given);
  checkDataOptions(config);
  checkDataFolder(run);
  const found = await findData(config, run);
  const { facts } = found;
  checkImages(config, facts.trainCount ?? Infinity);
  const { shape, classes } = facts;
  const network = teacherNetwork(config, {
    input: shape,
    classes: classes.length,
    width: config.width,
  });
  if (run.dryRun) {
    const data = {
      name: placelessName(config.dataset),
      digest: facts.digest,
    };
    const taken = await recordedTeacherOf(config, run, { network, data });
    const engine = await openChosenEngine(run.engine);
    const runId = runIdOf(identityOf(config, run, engine, { data, taken }));
    await printPlan({
      question: "rq1",
      config,
      run,
      facts,
      teacher: network,
      runId,
      engine,
      taken: taken?.record.profile,
    });
    return EXIT.done;
  }

  const dataSet = await found.open();
  const { trainCount, testCount } = openFacts(dataSet);
  checkImages(config, trainCount!);
  const data = dataIdentity(dataSet);
  const taken = await recordedTeacherOf(config, run, { network, data });
  return await withSession(run, async (session) => {
    const { engine, evaluator, store, seconds } = session;
    const identity = identityOf(config, run, engine, { data, taken });
    if (taken !== undefined) {
      const { profile, deterministic } = taken.record;
      const { name, instructionSet } = deterministic.engine;
      notify(
        `Teacher: ${profile} as recorded, trained by ${name} (${instructionSet}); --teacher.retrain trains it here`,
      );
    }
    const runId = runIdOf(identity);
    using _lock = store.lockRun(runId);
    if (run.fresh) {
      for (const stage of ["removal", "shrinkage"]) {
        store.archiveRun(`${runId}/${stage}`);
      }
    }

    const started = isoTime();
    const { workers } = run;
    const calibration = await calibrationOf(
      store,
      { engine, workers },
      () =>
        notify(`Measuring how fast ${engine.name} trains here, a few seconds`),
    );
    const forecast: ForecastOptions = {
      calibration,
      config,
      teacher: network,
      images: config.images || trainCount! - config.validation,
      taken: taken !== undefined,
      testImages: testCount!,
      seed: run.seed,
      workers,
    };
    const working = stopwatch();
    const remaining = followRun(foreseeRun(forecast));
    const teaching = phase({
      label: "teacher",
      total: config.teacher.epochs,
      unit: "epochs",
      forecast: { part: "teacher", remaining },
    });
    if (taken === undefined) teaching.begin();
    const thousands = (images: number) => Math.ceil(images / 1000);
    const looking = phase({
      label: "teacher's logits",
      total: thousands(countForwards(forecast)),
      unit: "thousand images",
      forecast: { part: "logits", remaining },
    });
    const prepared = await prepareTeacher({
      dataSet,
      images: {
        validation: config.validation,
        train: config.images,
        studentTrain: config.student.images,
        studentValidation: config.student.validationImages,
      },
      network,
      recipe: teacherRecipe(config),
      student: longerStudent(config),
      final: finalRecipe(config),
      seed: run.seed,
      engine,
      executor: session.executor,
      evaluator,
      ...(taken === undefined ? {} : {
        trained: {
          evaluation: taken.record.deterministic.evaluation,
          weights: taken.weights,
        },
      }),
      onEpoch: (epochs) => teaching.reach(epochs),
      onForward(images) {
        if (taken === undefined) teaching.reach(config.teacher.epochs);
        looking.reach(thousands(images));
      },
      throwIfInterrupted: session.throwIfInterrupted,
    });
    const result = await search(config, run, session, prepared, {
      runId,
      forecast,
      remaining,
    });
    remaining.reach("final", 1, 0);
    const tested = await measureNetworks(session, dataSet, prepared, result);
    remaining.reach("test", 1, 0);

    const name = { question: "rq1", profile: resultName(config, run) };
    const record = createRecord(
      name,
      compressionContent({ identity, prepared, result, tested }),
    );
    const environment = {
      ...await describeEnvironment(),
      started,
      ...addWallTime(store, runId, seconds()),
      cpuSeconds: evaluator.seconds(prepared.request) + result.cpuSeconds,
      workers: run.workers,
      evaluations: evaluator.cost,
    };
    const files = await renderCompression(record, environment);
    files.set(recordPath(name), recordText(record));
    files.set(environmentPath(name), environmentText(record, environment));
    for (const [path, text] of files) {
      await writeFileAtomic(`${run.results}/${path}`, text);
    }
    print(files.get(`rq1/${name.profile}.md`)!);
    notify(
      `Written: ${
        [...files.keys()].map((p) => `${run.results}/${p}`).join(", ")
      }`,
    );
    notify(
      `Took ${formatDuration(working())}; all of it was predicted to take ${
        formatDuration(remaining.predicted)
      } (${
        remaining.compared().map(({ part, measured, expected }) =>
          `${part} ${formatDuration(measured)} for ${formatDuration(expected)}`
        ).join(", ")
      })`,
    );
    notify(`Digest: ${record.digest}`);
    if (result.removal.winner && result.shrinkage?.winner) return EXIT.done;
    notify("A stage found no student: every proposal was rejected or failed");
    return EXIT.runFailed;
  });
}

if (import.meta.main) await runMain(main);
