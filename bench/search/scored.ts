/**
 * RQ1's laptop subject with its recorded teacher, and students of all sizes that
 * start from it as a search's do.
 *
 * @module
 */

import {
  finalRecipe,
  findSubject,
  searchPlanOf,
  sharedSeedsOf,
  studentRecipes,
  teacherRecipe,
  teacherViews,
} from "../../lib/lab/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { networkId } from "../../lib/network/mod.ts";
import { sha256Hex } from "../../lib/random/mod.ts";
import {
  createEvaluator,
  createWorkerPool,
  type Evaluator,
  prepareTeacher,
  stageSpace,
  stageStrategy,
  startsFrom,
  type Student,
  studentRequest,
} from "../../lib/search/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import type { Recipe } from "../../lib/training/mod.ts";
import { laptopConfig } from "./profile.ts";

/** Trains students and gives their accuracy on validation images, in [0, 1]. */
export interface Scorer {
  /** So many of each stage, distinct, as they are proposed without learning. */
  students(ofEachStage: number): readonly Student[];
  /** The short training of the profile's search. */
  readonly short: Recipe;
  /** Its final training. */
  readonly final: Recipe;
  /** Trains a student on the images that its recipe is for. */
  score(student: Student, training: Training): Promise<number>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** How a student is trained. */
export interface Training {
  /** {@link Scorer.short} or {@link Scorer.final}, maybe of another precision. */
  readonly recipe: Recipe;
  /** All training images instead of a search's. */
  readonly isFinal: boolean;
  /** >= 1. */
  readonly seed: number;
}

/** Proposals of both stages from the teacher: small and large ones, removed and shrunk. */
function propose(
  config: ReturnType<typeof laptopConfig>,
  { base, ofEachStage }: {
    readonly base: Student["network"];
    readonly ofEachStage: number;
  },
): readonly Student[] {
  const plan = {
    ...searchPlanOf(config, { seed: 1 }),
    search: "random",
  } as const;
  return (["removal", "shrinkage"] as const).flatMap((kind) => {
    const space = stageSpace(plan, kind, base);
    const strategy = stageStrategy(plan, space);
    const found = new Map<string, Student>();
    for (let iteration = 0; found.size < ofEachStage; iteration++) {
      for (const { actions } of strategy.propose(iteration, ofEachStage)) {
        const outcome = space.apply(actions);
        if (!outcome.ok || found.size === ofEachStage) continue;
        found.set(networkId(outcome.network), outcome);
      }
    }
    strategy.dispose();
    return [...found.values()];
  });
}

/**
 * Opens the subject.
 *
 * @param name The engine.
 * @param workers Threads, >= 1.
 * @throws {Error} If there is no recorded teacher.
 */
export async function openScorer(
  name: string,
  workers: number,
): Promise<Scorer> {
  const config = laptopConfig();
  const known = await findSubject(config, { results: "results" });
  const { dataSet, network, taken } = await known.open();
  if (taken === undefined) {
    throw new Error(
      "Cannot score students: results/teachers has no teacher of the laptop profile, expected one",
    );
  }
  const engine: Engine = await openEngine(name);
  const store = memoryStore();
  const executor = createWorkerPool(workers);
  const evaluator: Evaluator = createEvaluator(store, executor, engine);
  const final = finalRecipe(config);
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
    augmentation: final.augmentation,
    views: teacherViews(config),
    seeds: sharedSeedsOf(config),
    engine,
    executor,
    store,
    evaluator,
    trained: {
      evaluation: taken.record.deterministic.evaluation,
      weights: taken.weights,
    },
  });
  const { importance, observe } = config.student;
  const start = startsFrom({
    importance,
    observe,
    register(weights) {
      const id = sha256Hex(weights);
      executor.registerWeights(id, weights);
      return id;
    },
  }, { base: network, weights: prepared.weights });
  return {
    students: (ofEachStage) => propose(config, { base: network, ofEachStage }),
    short: studentRecipes(config).removal,
    final,
    async score(student, { recipe, isFinal, seed }) {
      const data = isFinal ? prepared.finalData : prepared.searchData;
      const { accuracy } = await evaluator.evaluate(
        studentRequest(student, {
          recipe,
          data: data.id,
          seed,
          engine: name,
          start,
        }),
      );
      return accuracy;
    },
    close: () => executor.close(),
  };
}
