/**
 * One subject and ablation: every arm searches with every seed; what they choose
 * is looked at again.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { stopwatch } from "../../cli/mod.ts";
import { countParameters } from "../../network/mod.ts";
import {
  compressionOf,
  DEGENERATE_REWARD,
  studentSizes,
} from "../../reward/mod.ts";
import {
  type StartOf,
  startsFrom,
  studentIdentity,
  studentRequest,
  type StudentTraining,
} from "../../search/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { LimitedTeacher } from "../options/limits.ts";
import { studentRecipes } from "../options/recipes.ts";
import { objectiveOf, searchPlanOf } from "../options/search_plan.ts";
import { registerWeights } from "../session/register_weights.ts";
import { evaluateStudents } from "../strategies/evaluate_students.ts";
import { tableSpace } from "../strategies/table_space.ts";
import { type Ablation, type AblationArm, configOfArm } from "./ablation.ts";
import { lookAgain, otherImages } from "./again.ts";
import type { AblationContent, ChosenStudent } from "./content.ts";
import { ablationOf, scaleOf } from "./options.ts";
import {
  type Searched,
  searchOnce,
  type Students,
  type Yardstick,
} from "./search.ts";

type Lab = CellLab<CompressionConfig>;

/**
 * Runs an ablation on a subject. Stopped anywhere and run again, it gives the same
 * content.
 *
 * @param lab Where it is run.
 * @param ablations All there are; the cell's options say which it is.
 */
export async function runAblation(
  lab: CellLab<CompressionConfig>,
  ablations: readonly Ablation[],
): Promise<CellResult<AblationContent>> {
  const { cell: { config }, session, prepared } = lab;
  const ablation = ablationOf(config, ablations);
  const { name, kind, stage } = ablation;
  const parameters = countParameters(prepared.network);
  const { length } = scaleOf(config, ablation);
  const arms = ablation.arms({ length, parameters });
  const training = trainingOf(lab, stage);
  const source = await (kind === "table" ? tableOf : trainedOf)(lab, training);
  const elapsed = stopwatch();
  const searched = await searchAll(lab, { ablation, arms, source });
  const searches = elapsed();
  const chosen = searched.flat().flatMap(({ chosen }) => chosen ?? []);
  const again = await lookAgain(lab, { students: chosen, training });
  const accuracyAgain = prepared.evaluation.accuracy;
  const measures = {
    first: yardstickOf(lab, prepared.reference.accuracy),
    again: yardstickOf(lab, accuracyAgain),
  };
  const found = (of: Searched): ChosenStudent | undefined => {
    if (of.chosen === undefined) return undefined;
    const { networkId, parameters, accuracy } = of.chosen;
    const evaluation = again.evaluations.get(
      studentIdentity(of.chosen, training.start),
    )!;
    return {
      networkId,
      parameters,
      compression: compressionOf({
        studentParameters: parameters,
        teacherParameters: prepared.reference.parameters,
      }),
      accuracy,
      reward: measures.first({ accuracy, parameters }),
      again: {
        accuracy: evaluation.accuracy,
        reward: evaluation.failure === undefined
          ? measures.again({ accuracy: evaluation.accuracy, parameters })
          : DEGENERATE_REWARD,
      },
    };
  };
  return {
    content: {
      identity: { ...lab.identity, ablation: { name, kind, stage }, arms },
      teacher: {
        parameters,
        accuracy: prepared.reference.accuracy,
        accuracyAgain,
      },
      images: {
        train: prepared.searchData.train.length,
        validation: prepared.searchData.validation.length,
        again: otherImages(prepared).length,
      },
      length,
      ...(source.table === undefined ? {} : { table: source.table }),
      arms: arms.map((arm, i) => ({
        name: arm.name,
        ...(i === 0 ? {} : { against: arm.against ?? arms[0]!.name }),
        searches: searched[i]!.map((each) => {
          const chosen = found(each);
          return {
            ...each.summary,
            ...(chosen === undefined ? {} : { chosen }),
          };
        }),
      })),
    },
    workerSeconds: session.evaluator.seconds(prepared.request) +
      source.workerSeconds() + again.workerSeconds,
    details: { searches },
    ...(chosen.length > 0
      ? {}
      : { failure: "no search found a student: all failed or break a limit" }),
  };
}

/** What students are compared with, at some accuracy of it. */
function besideOf({ prepared }: Lab, accuracy: number): LimitedTeacher {
  return { sizes: studentSizes(prepared.network), accuracy };
}

/** R of the paper beside a teacher of some accuracy. */
function yardstickOf(lab: Lab, accuracy: number): Yardstick {
  const objective = objectiveOf(
    { limits: { mode: "hard", iterations: 1 } },
    besideOf(lab, accuracy),
  );
  const none = { macs: 0, activationBytes: 0, weightBytes: 0 };
  return (student) =>
    objective.score({
      sizes: { ...none, parameters: student.parameters },
      accuracy: student.accuracy,
    }, 0).reward;
}

/** How students are trained: as in the first stage of a compression. */
function trainingOf(
  { cell: { config }, session, prepared }: Lab,
  stage: Ablation["stage"],
): StudentTraining {
  const { start, importance, observe, seed } = config.student;
  const inherited = (): StartOf =>
    startsFrom({ importance, observe, register: registerWeights(session) }, {
      base: prepared.network,
      weights: prepared.weights,
    });
  return {
    recipe: studentRecipes(config)[stage],
    data: prepared.searchData.id,
    seed,
    engine: session.engine.name,
    start: start === "fresh" ? undefined : inherited(),
  };
}

/** Students, with what is told of them and what they cost. */
interface Source extends Students {
  readonly table?: AblationContent["table"];
  readonly workerSeconds: () => number;
}

/** All students, evaluated before the first search. */
async function tableOf(lab: Lab, training: StudentTraining): Promise<Source> {
  const { cell: { config }, prepared, forecast: { plan } } = lab;
  const objective = objectiveOf(
    config,
    besideOf(lab, prepared.reference.accuracy),
  );
  const enumeration = tableSpace(config, {
    plan,
    teacher: prepared.network,
    objective,
    start: training.start,
  });
  const { students, rejected, outcomeOf, studentOf } = enumeration;
  const { evaluations, workerSeconds } = await evaluateStudents(lab, {
    students,
    training,
  });
  const byIdentity = new Map(
    students.map(({ identity }, i) => [identity, evaluations[i]!]),
  );
  const yardstick = yardstickOf(lab, prepared.reference.accuracy);
  return {
    // Arms differ in what a policy reads, never in what actions lead to.
    spaceOf: (space) => ({ ...space, apply: outcomeOf }),
    identify: ({ network }) => studentOf(network)!.identity,
    evaluate: ({ network }) =>
      Promise.resolve(byIdentity.get(studentOf(network)!.identity)!),
    workerSeconds: () => workerSeconds,
    table: {
      students: students.length,
      rejected: Object.values(rejected).flat().length,
      best: Math.max(
        DEGENERATE_REWARD,
        ...students.map(({ parameters }, i) => {
          const { accuracy, failure } = evaluations[i]!;
          return failure === undefined
            ? yardstick({ accuracy, parameters })
            : DEGENERATE_REWARD;
        }),
      ),
    },
  };
}

/** Students as they are proposed. */
function trainedOf(lab: Lab, training: StudentTraining): Promise<Source> {
  const { evaluator } = lab.session;
  const requests = new Map<string, ReturnType<typeof studentRequest>>();
  const identify: Students["identify"] = (student) =>
    studentIdentity(student, training.start);
  return Promise.resolve({
    spaceOf: (space) => space,
    identify,
    evaluate(student) {
      const request = studentRequest(student, training);
      requests.set(identify(student), request);
      return evaluator.evaluate(request);
    },
    workerSeconds: () =>
      [...requests.values()].reduce(
        (sum, request) => sum + evaluator.seconds(request),
        0,
      ),
  });
}

/** Lets every arm search with every seed, seed by seed: by arm, then by seed. */
async function searchAll(
  lab: Lab,
  { ablation, arms, source }: {
    readonly ablation: Ablation;
    readonly arms: readonly AblationArm[];
    readonly source: Source;
  },
): Promise<readonly (readonly Searched[])[]> {
  const { cell: { config, seed: first }, session, prepared } = lab;
  const { stage } = ablation;
  const { length, seeds } = scaleOf(config, ablation);
  const phase = lab.phase("searches", {
    total: arms.length * seeds,
    unit: "searches",
  });
  phase.begin();
  const yardstick = yardstickOf(lab, prepared.reference.accuracy);
  const found: Searched[][] = [];
  for (const { name, options } of arms) {
    const own = configOfArm(
      { ...config, [stage]: { ...config[stage], ...length } },
      options,
    );
    const objective = objectiveOf(
      own,
      besideOf(lab, prepared.reference.accuracy),
    );
    const { mode: _, iterations: __, ...limits } = own.limits;
    const searches: Searched[] = [];
    for (let seed = first; seed < first + seeds; seed++) {
      searches.push(
        await searchOnce(source, {
          plan: searchPlanOf(own, { seed }),
          stage,
          teacher: prepared.network,
          objective,
          yardstick,
          isLimited: Object.keys(limits).length > 0,
          onIteration: lab.log.part(`${name}-s${seed}`).iteration,
          throwIfInterrupted: session.throwIfInterrupted,
        }),
      );
      phase.reach(found.length * seeds + searches.length, name);
      // A search on a table waits for nothing, so that Ctrl-C would not be heard.
      await setImmediate();
    }
    found.push(searches);
  }
  return found;
}
