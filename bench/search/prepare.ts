/**
 * Real students with real data: what RQ1's laptop profile trains in the first
 * iteration of each stage.
 *
 * @module
 */

import {
  createEvaluator,
  createWorkerPool,
  type EvaluationRequest,
  prepareTeacher,
  runStage,
} from "../../lib/search/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Network, networkId, vgg } from "../../lib/network/mod.ts";
import type { PolicyKind } from "../../lib/policy/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import type { Recipe, TrainingData } from "../../lib/training/mod.ts";
import { laptopConfig } from "./profile.ts";
import { WINNER } from "./winner.ts";
import {
  type CompressionConfig,
  finalRecipe,
  openData,
  studentRecipes,
  teacherRecipe,
} from "../../lib/lab/mod.ts";

/**
 * The teacher is trained on fewer images than the profile's, once: its logits
 * are what students learn from, and how good they are does not change the work.
 */
const TEACHER_IMAGES = 10_000;
const SEED = 1;

/** The students of one iteration. */
export interface StudentIteration {
  /** Which stage proposes them. */
  readonly stage: PolicyKind;
  /** Proposals of the iteration; rejected and repeated ones train nothing. */
  readonly proposed: number;
  /** What is asked of an engine, one a student. */
  readonly requests: (engine: string) => readonly EvaluationRequest[];
}

/** The students of a search and what they are trained on. */
export interface SearchStudents {
  /** First iteration of removal, then of shrinkage. */
  readonly iterations: readonly StudentIteration[];
  /** Images of the profile, in shared memory. */
  readonly data: TrainingData;
}

/** Trains a teacher and lets fresh policies propose. */
export async function prepareSearch(
  engine: string,
): Promise<SearchStudents> {
  const config = laptopConfig();
  const dataSet = await openData(config.dataset, {});
  const { shape, classes } = {
    shape: dataSet.shape,
    classes: dataSet.classes.length,
  };
  const teacher = vgg({
    depth: 13,
    input: shape,
    classes,
    width: config.width,
  });
  const opened = await openEngine(engine);
  const executor = createWorkerPool(1);
  const recipes = studentRecipes(config);
  try {
    const { searchData, reference } = await prepareTeacher({
      dataSet,
      images: {
        validation: config.validation,
        train: TEACHER_IMAGES,
        studentTrain: config.student.images,
        studentValidation: config.student.validationImages,
      },
      network: teacher,
      recipe: { ...teacherRecipe(config), epochs: 1 },
      student: recipes.removal,
      final: finalRecipe(config),
      seed: SEED,
      engine: opened,
      executor,
      evaluator: createEvaluator(memoryStore(), executor, opened),
    });
    const bases = { removal: teacher, shrinkage: WINNER };
    const iterations: StudentIteration[] = [];
    for (const stage of ["removal", "shrinkage"] as const) {
      const networks = await firstStudents(stage, bases[stage], {
        config,
        reference,
      });
      iterations.push({
        stage,
        proposed: config[stage].rollouts,
        requests: requestsOf(networks, recipes[stage], searchData.id),
      });
    }
    return { iterations, data: searchData };
  } finally {
    await executor.close();
  }
}

function requestsOf(
  networks: readonly Network[],
  recipe: Recipe,
  data: string,
): StudentIteration["requests"] {
  return (engine) =>
    networks.map((network) => ({ network, recipe, data, seed: SEED, engine }));
}

/** The distinct networks that the first iteration of a stage trains. */
async function firstStudents(
  kind: PolicyKind,
  base: Network,
  { config, reference }: {
    readonly config: CompressionConfig;
    readonly reference: {
      readonly parameters: number;
      readonly accuracy: number;
    };
  },
): Promise<readonly Network[]> {
  const networks = new Map<string, Network>();
  await runStage({
    kind,
    base,
    teacher: reference,
    config: { ...config[kind], iterations: 1 },
    shrink: {
      shrink: config.shrink.what,
      minChannels: config.shrink.minChannels,
    },
    seed: SEED,
    // Only proposals are wanted here: all that is learned from is thrown away.
    evaluate(network) {
      const id = networkId(network);
      networks.set(id, network);
      return Promise.resolve({
        networkId: id,
        accuracy: reference.accuracy,
        losses: [],
        steps: 0,
      });
    },
    journal: {
      load: () => ({ records: [], checkpoint: undefined }),
      save() {},
    },
  });
  return [...networks.values()];
}
