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

import {
  defineCommand,
  describeEnvironment,
  EXIT,
  isoTime,
  notify,
  parseCommand,
  print,
  runMain,
  type RunOptions,
  writeFileAtomic,
} from "../lib/cli/mod.ts";
import { dataSetFacts } from "../lib/data/mod.ts";
import type { Engine } from "../lib/engine/mod.ts";
import { vgg } from "../lib/network/mod.ts";
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
import {
  checkImages,
  type CompressionConfig,
  compressionSchema,
  finalRecipe,
  studentRecipes,
  teacherRecipe,
} from "./common/config.ts";
import { compressionContent, measureNetworks } from "./common/compression.ts";
import { renderCompression } from "./common/compression_report.ts";
import { ENGINE_CHOICE, openChosenEngine } from "./common/engine_choice.ts";
import { printPlan } from "./common/plan.ts";
import {
  addWallTime,
  checkDataFolder,
  openData,
  phase,
  type Session,
  withSession,
} from "./common/session.ts";

/** The command line of this experiment. */
export const command = defineCommand({
  name: "deno task rq1",
  summary: "Compress a teacher in two stages and compare with the paper",
  examples: [
    "deno task rq1",
    "deno task rq1 --profile smoke",
    "deno task rq1 --profile paper --dry-run",
    "deno task rq1 --seed 2 --removal.iterations 60",
  ],
  schema: compressionSchema,
  profiles: new URL("configs/", import.meta.url),
  baseName: "rq1",
  ...ENGINE_CHOICE,
});

/** All that a run's results depend on. */
function identityOf<Digest>(
  config: CompressionConfig,
  { seed }: RunOptions,
  engine: Engine,
  digest: Digest,
) {
  return {
    config,
    seed,
    engine: engineIdentity(engine),
    data: { name: config.dataset, digest },
  };
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
  runId: string,
) {
  const { store, engine, evaluator, throwIfInterrupted } = session;
  const phases = {
    removal: phase("removal", config.removal.iterations, "iterations"),
    shrinkage: phase("shrinkage", config.shrinkage.iterations, "iterations"),
  };
  // Both stages' winners train side by side: their epochs are counted together.
  const finals = 2 * config.finalists;
  const final = phase("final", finals * config.final.epochs, "epochs");
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
    students: studentRecipes(config.student),
    searchData: prepared.searchData.id,
    final: finalRecipe(config.final),
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
    onFinalEpoch: () => final.reach(++finalEpochs),
    throwIfInterrupted,
  });
}

async function main(args: readonly string[]): Promise<number> {
  const { config, run } = parseCommand(command, args);
  checkImages(config);
  checkDataFolder(run);
  const { shape, classes, digest } = dataSetFacts(config.dataset);
  const network = vgg({
    depth: 13,
    input: shape,
    classes: classes.length,
    width: config.width,
  });
  if (run.dryRun) {
    const engine = await openChosenEngine(run.engine);
    const runId = runIdOf(identityOf(config, run, engine, digest));
    printPlan({ question: "rq1", config, run, teacher: network, runId });
    return EXIT.done;
  }

  const dataSet = await openData(config.dataset, run);
  return await withSession(run, async (session) => {
    const { engine, evaluator, store, seconds } = session;
    const identity = identityOf(config, run, engine, dataSet.digest);
    const runId = runIdOf(identity);
    using _lock = store.lockRun(runId);
    if (run.fresh) {
      for (const stage of ["removal", "shrinkage"]) {
        store.archiveRun(`${runId}/${stage}`);
      }
    }

    const started = isoTime();
    const teaching = phase("teacher", config.teacher.epochs, "epochs");
    teaching.begin();
    const prepared = await prepareTeacher({
      dataSet,
      images: {
        validation: config.validation,
        train: config.images,
        studentTrain: config.student.images,
        studentValidation: config.student.validationImages,
      },
      network,
      recipe: teacherRecipe(config.teacher),
      student: studentRecipes(config.student).removal,
      final: finalRecipe(config.final),
      seed: run.seed,
      engine,
      executor: session.executor,
      evaluator,
      onEpoch: (epochs) => teaching.reach(epochs),
      throwIfInterrupted: session.throwIfInterrupted,
    });
    const result = await search(config, run, session, prepared, runId);
    const tested = await measureNetworks(session, dataSet, prepared, result);

    const name = { question: "rq1", profile: run.profile };
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
    print(files.get(`rq1/${run.profile}.md`)!);
    notify(
      `Written: ${
        [...files.keys()].map((p) => `${run.results}/${p}`).join(", ")
      }`,
    );
    notify(`Digest: ${record.digest}`);
    if (result.removal.winner && result.shrinkage?.winner) return EXIT.done;
    notify("A stage found no student: every proposal was rejected or failed");
    return EXIT.runFailed;
  });
}

if (import.meta.main) await runMain(main);
