/**
 * One subject: all of its students evaluated, then every strategy on the table.
 *
 * @module
 */

import { setImmediate } from "node:timers/promises";
import { stopwatch } from "../../cli/mod.ts";
import { countMacs, countParameters } from "../../network/mod.ts";
import { type Objective, studentSizes } from "../../reward/mod.ts";
import {
  type StartOf,
  startsFrom,
  type StudentTraining,
} from "../../search/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { studentRecipes } from "../options/recipes.ts";
import { objectiveOf } from "../options/search_plan.ts";
import { registerWeights } from "../session/register_weights.ts";
import { planOfArm, type StrategyArm } from "./arm.ts";
import type { ArmSearches, StrategiesContent } from "./content.ts";
import { evaluateStudents } from "./evaluate_students.ts";
import { marksOf, strategiesOptionsOf } from "./options.ts";
import { searchTable } from "./search_table.ts";
import {
  canBeChosen,
  type StudentTable,
  studentTable,
} from "./student_table.ts";
import { tableSpace } from "./table_space.ts";

type Lab = CellLab<CompressionConfig>;

/**
 * Evaluates all students of a subject and lets every strategy search them, seed by
 * seed. Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 * @param arms The strategies; the first is what others are compared with.
 */
export async function runStrategies(
  lab: CellLab<CompressionConfig>,
  arms: readonly StrategyArm[],
): Promise<CellResult<StrategiesContent>> {
  const { cell: { config }, session, prepared, forecast } = lab;
  const { network, reference, searchData } = prepared;
  const objective = objectiveOf(config, {
    sizes: studentSizes(network),
    accuracy: reference.accuracy,
  });
  const training = trainingOf(lab);
  const enumeration = tableSpace(config, {
    plan: forecast.plan,
    teacher: network,
    objective,
    start: training.start,
  });
  const { students, rejected } = enumeration;
  const evaluated = await evaluateStudents(lab, { students, training });
  const table = studentTable(enumeration, {
    evaluations: evaluated.evaluations,
    objective,
  });
  const elapsed = stopwatch();
  const found = await searchAll(lab, { arms, table, objective });
  return {
    content: {
      identity: { ...lab.identity, strategies: arms },
      teacher: {
        network,
        parameters: countParameters(network),
        macs: countMacs(network),
        accuracy: reference.accuracy,
      },
      decisions: enumeration.decisions,
      images: {
        train: searchData.train.length,
        validation: searchData.validation.length,
      },
      marks: marksOf(config),
      table: table.rows,
      rejected,
      arms: found,
    },
    workerSeconds: session.evaluator.seconds(prepared.request) +
      evaluated.workerSeconds,
    details: { searches: elapsed() },
    ...(table.rows.some(canBeChosen)
      ? {}
      : { failure: "no student can be chosen: all failed or break a limit" }),
  };
}

/** How students are trained: as in the first stage of a compression. */
function trainingOf(
  { cell: { config }, session, prepared }: Lab,
): StudentTraining {
  const { start, importance, observe, seed } = config.student;
  const inherited = (): StartOf =>
    startsFrom({ importance, observe, register: registerWeights(session) }, {
      base: prepared.network,
      weights: prepared.weights,
    });
  return {
    recipe: studentRecipes(config).removal,
    data: prepared.searchData.id,
    seed,
    engine: session.engine.name,
    start: start === "fresh" ? undefined : inherited(),
  };
}

/** Lets every strategy search the table with every seed. */
async function searchAll(
  lab: Lab,
  { arms, table, objective }: {
    readonly arms: readonly StrategyArm[];
    readonly table: StudentTable;
    readonly objective: Objective;
  },
): Promise<readonly ArmSearches[]> {
  const { cell: { config, seed }, session, prepared } = lab;
  const { searchSeeds } = strategiesOptionsOf(config);
  const marks = marksOf(config);
  const phase = lab.phase("searches", {
    total: arms.length * searchSeeds,
    unit: "searches",
  });
  phase.begin();
  const found: ArmSearches[] = [];
  for (const arm of arms) {
    const searches = [];
    for (let own = seed; own < seed + searchSeeds; own++) {
      searches.push(
        await searchTable(table, {
          plan: planOfArm(config, arm, own),
          teacher: prepared.network,
          objective,
          marks,
          onIteration: lab.log.part(`${arm.name}-s${own}`).iteration,
          throwIfInterrupted: session.throwIfInterrupted,
        }),
      );
      phase.reach(found.length * searchSeeds + searches.length, arm.name);
      // A search waits for nothing, so that Ctrl-C would never be heard.
      await setImmediate();
    }
    found.push({ name: arm.name, searches });
  }
  return found;
}
