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
  foreseeStudents,
  prepareTeacher,
} from "../../lib/search/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { type Network, networkId, vgg } from "../../lib/network/mod.ts";
import { memoryStore } from "../../lib/store/mod.ts";
import { countViews, type TrainingData } from "../../lib/training/mod.ts";
import { laptopConfig } from "./profile.ts";
import { WINNER } from "./winner.ts";
import {
  openData,
  searchPlanOf,
  sharedSeedsOf,
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
  readonly stage: "removal" | "shrinkage";
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

/** Trains a teacher, and sees what the strategies propose before they learn. */
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
  const store = memoryStore();
  const recipes = studentRecipes(config);
  try {
    const { searchData } = await prepareTeacher({
      dataSet,
      images: {
        validation: config.validation,
        train: TEACHER_IMAGES,
        studentTrain: config.student.images,
        studentValidation: config.student.validationImages,
      },
      network: teacher,
      recipe: { ...teacherRecipe(config), epochs: 1 },
      augmentation: recipes.removal.augmentation,
      views: countViews(recipes.removal),
      seeds: sharedSeedsOf(config),
      engine: opened,
      executor,
      store,
      evaluator: createEvaluator(store, executor, opened),
    });
    const bases = { removal: teacher, shrinkage: WINNER };
    const plan = searchPlanOf(config, { seed: SEED });
    const iterations = (["removal", "shrinkage"] as const).map((stage) => {
      const [first] = foreseeStudents(plan, {
        kind: stage,
        base: bases[stage],
        iterations: 1,
      });
      return {
        stage,
        proposed: first!.length,
        requests: requestsOf(distinct(first!), {
          recipe: recipes[stage],
          data: searchData.id,
          seed: config.student.seed,
        }),
      };
    });
    return { iterations, data: searchData };
  } finally {
    await executor.close();
  }
}

function requestsOf(
  networks: readonly Network[],
  rest: Omit<EvaluationRequest, "network" | "engine">,
): StudentIteration["requests"] {
  return (engine) => networks.map((network) => ({ ...rest, network, engine }));
}

/** What is trained of an iteration's proposals: rejected and equal ones are not. */
function distinct(
  students: readonly (Network | undefined)[],
): readonly Network[] {
  const networks = new Map<string, Network>();
  for (const network of students) {
    if (network !== undefined) networks.set(networkId(network), network);
  }
  return [...networks.values()];
}
