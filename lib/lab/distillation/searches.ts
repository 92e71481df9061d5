/**
 * Searches that differ in the loss of their short trainings alone: what each
 * chooses is trained to the end by one recipe.
 *
 * @module
 */

import {
  type IterationRecord,
  type SearchResult,
  searchStages,
} from "../../search/mod.ts";
import type { CellLab } from "../cells/experiment.ts";
import { latencyOf, sizesBy } from "../compression/latencies.ts";
import { inheritanceOf } from "../compression/run.ts";
import type { Halves } from "../fidelity/halves.ts";
import { stageNote } from "../notes/stage_note.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { finalRecipe, studentRecipes } from "../options/recipes.ts";
import { objectiveOf, searchPlanOf } from "../options/search_plan.ts";
import { rememberedIterations } from "../session/remembered.ts";
import { watched } from "../tensorboard/watch.ts";
import type { LossSearch } from "./content.ts";
import type { NamedLoss } from "./losses.ts";
import { distillationOptionsOf } from "./options.ts";

type Lab = CellLab<CompressionConfig>;

/** All searches of a cell. */
export interface LossSearches {
  /** By seed, then in the order of the losses. */
  readonly searches: readonly LossSearch[];
  /** Seconds of training threads for them. */
  readonly workerSeconds: number;
}

/** One search. */
interface Asked {
  readonly loss: NamedLoss;
  readonly seed: number;
  /** Told of each iteration. */
  readonly onIteration: (record: IterationRecord) => void;
}

/**
 * Searches with each seed under each loss. Those of a seed are side by side.
 *
 * @param lab Where they are run.
 * @param losses The losses.
 * @param half Students are scored on one half of the validation images, what was
 * chosen on the other.
 */
export async function searchByLosses(
  lab: Lab,
  losses: readonly NamedLoss[],
  half: Halves,
): Promise<LossSearches> {
  const { cell: { config, seed: first }, forecast: { plan } } = lab;
  const { searchSeeds } = distillationOptionsOf(config);
  const iterations = plan.stages.reduce(
    (sum, kind) => sum + plan.config[kind].iterations,
    0,
  );
  const phase = lab.phase("searches", {
    total: searchSeeds * losses.length * iterations,
    unit: "iterations",
  });
  phase.begin();
  const isRemembered = rememberedIterations(lab.session.evaluator);
  let done = 0;
  const found: { search: LossSearch; workerSeconds: number }[] = [];
  for (let seed = first; seed < first + searchSeeds; seed++) {
    const onIteration = (record: IterationRecord) =>
      phase.reach(++done, undefined, { remembered: isRemembered(record) });
    found.push(
      ...await Promise.all(
        losses.map((loss) =>
          searchByLoss(lab, half, { loss, seed, onIteration })
        ),
      ),
    );
    // A stage that found nothing ends its search; one that goes on says less.
    done = (seed - first + 1) * losses.length * iterations;
    phase.reach(done, undefined, { remembered: true });
  }
  return {
    searches: found.map(({ search }) => search),
    workerSeconds: found.reduce((sum, each) => sum + each.workerSeconds, 0),
  };
}

async function searchByLoss(
  lab: Lab,
  { scoring, confirm }: Halves,
  { loss: { name, loss }, seed, onIteration }: Asked,
): Promise<{ search: LossSearch; workerSeconds: number }> {
  const { cell: { config }, session, prepared, policies } = lab;
  const { finalImages } = distillationOptionsOf(config);
  const { removal, shrinkage, joint } = studentRecipes(config);
  const sizesOf = sizesBy(latencyOf(config, session));
  const plan = searchPlanOf(config, { seed, policies: policies.states });
  const searchData = prepared.derive({
    trainImages: config.student.images,
    validation: scoring,
  }).id;
  const finalData = prepared.derive({
    trainImages: finalImages,
    validation: confirm,
  }).id;
  const students = {
    removal: { ...removal, loss },
    shrinkage: { ...shrinkage, loss },
    joint: { ...joint, loss },
  };
  const notes = lab.noteSearch({
    name: `${name}-s${seed}`,
    arm: name,
    seed,
    stages: plan.stages,
  });
  const log = lab.log.part(`${name}-s${seed}`);
  const result = await searchStages({
    run: notes.runId,
    store: session.store,
    evaluator: watched(session.evaluator, log),
    teacher: prepared.network,
    objective: objectiveOf(config, {
      sizes: await sizesOf(prepared.network),
      accuracy: prepared.reference.accuracy,
    }),
    sizesOf,
    plan,
    engine: session.engine.name,
    studentSeed: config.student.seed,
    students,
    searchData,
    // One finalist and no rungs: nothing is chosen on the confirming half.
    rungs: [],
    final: finalRecipe(config),
    finalData,
    finalists: 1,
    ...inheritanceOf(lab),
    onStage(kind, base, start) {
      notes.stage(stageNote(lab, {
        ...{ kind, base, start },
        trainings: {
          training: { recipe: students[kind], data: searchData },
          finals: [{ recipe: finalRecipe(config), data: finalData }],
        },
      }));
    },
    onIteration: (_, record) => onIteration(record),
    onRecord: (kind, record) => log.part(kind).iteration(record),
    throwIfInterrupted: session.throwIfInterrupted,
  });
  return {
    search: { loss: name, seed, ...summaryOf(result) },
    workerSeconds: result.workerSeconds,
  };
}

/** What the last stage chose. */
function summaryOf(
  { stages }: SearchResult,
): Omit<LossSearch, "loss" | "seed"> {
  const winner = stages.at(-1)?.winner;
  const proposals = stages.flatMap(({ records }) =>
    records.flatMap((record) => record.proposals)
  );
  return {
    distinct: proposals.filter(({ repeated }) => repeated === false).length,
    ...(winner === undefined ? {} : {
      winner: {
        networkId: winner.networkId,
        parameters: winner.parameters,
        searchReward: winner.reward,
        accuracy: winner.final.evaluation.accuracy,
        reward: winner.final.reward,
      },
    }),
  };
}
