import { studentSizes } from "../../reward/mod.ts";
import {
  POLICY_STRATEGIES,
  predictSeconds,
  stageSpace,
  startsFrom,
} from "../../search/mod.ts";
import {
  type ForecastOptions,
  makespan,
  type Part,
  POLICY_SECONDS,
  preparationParts,
  studentSize,
} from "../forecast/forecast.ts";
import { objectiveOf } from "../options/search_plan.ts";
import type { StrategyArm } from "./arm.ts";
import { mostWorkFirst } from "./evaluate_students.ts";
import { strategiesOptionsOf } from "./options.ts";
import { tableSpace } from "./table_space.ts";

/** A proposal drawn without a policy, looked up and written down: measured. */
const PROPOSAL_SECONDS = 0.0007;

/**
 * How long a cell takes: teacher, the students of the table, the searches on it.
 *
 * @param options What is known of run and machine.
 * @param arms The strategies.
 * @throws {UsageError} If its options do not fit a table, or it has too many
 * students.
 */
export function foreseeStrategies(
  options: ForecastOptions,
  arms: readonly StrategyArm[],
): readonly Part[] {
  const { calibration, config, plan, teacher, images, workers } = options;
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const { students } = tableSpace(config, {
    plan,
    teacher,
    // Size alone says who is trained.
    objective: objectiveOf(config, {
      sizes: studentSizes(teacher),
      accuracy: 1,
    }),
    // What tells students apart are the layers that they inherit.
    start: config.student.start === "fresh" ? undefined : startsFrom(
      { importance: config.student.importance, observe: 0, register: () => "" },
      { base: teacher, weights: new Uint8Array() },
    ),
  });
  const size = studentSize(config, "removal", images);
  const times = mostWorkFirst(students).map(({ network }) =>
    predictSeconds(cost, network, size)
  );
  return [
    ...preparationParts(options),
    {
      name: "students",
      trainings: times.length,
      epochs: times.length * size.epochs,
      workerSeconds: times.reduce((sum, each) => sum + each, 0),
      wallSeconds: makespan(times, workers),
    },
    {
      name: "searches",
      trainings: 0,
      epochs: 0,
      workerSeconds: 0,
      wallSeconds: searchSeconds(options, arms),
    },
  ];
}

/** Seconds of all searches, which one thread runs one after the other. */
function searchSeconds(
  { config, plan, teacher }: ForecastOptions,
  arms: readonly StrategyArm[],
): number {
  const { searchSeeds } = strategiesOptionsOf(config);
  const { iterations, rollouts } = config.removal;
  const decisions = stageSpace(plan, "removal", teacher).decisions.length;
  const policies = arms.filter(({ search }) =>
    POLICY_STRATEGIES.includes(search)
  );
  return searchSeeds * iterations * (
    policies.length * POLICY_SECONDS * decisions +
    arms.length * PROPOSAL_SECONDS * rollouts
  );
}
