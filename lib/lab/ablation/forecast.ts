import { countParameters } from "../../network/mod.ts";
import { predictSeconds } from "../../search/mod.ts";
import {
  type ForecastOptions,
  foreseeStage,
  makespan,
  type Part,
  preparationParts,
  studentSize,
} from "../forecast/forecast.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import { foreseeStrategies } from "../strategies/forecast.ts";
import { type Ablation, configOfArm } from "./ablation.ts";
import { ablationOf, scaleOf } from "./options.ts";

/** Students that all searches of a cell choose, about: one in five searches its own. */
const CHOSEN_SHARE = 0.2;

/**
 * How long a cell takes: teacher, students, searches, another look at the students
 * that they choose.
 *
 * @param options What is known of run and machine.
 * @param ablations All there are.
 * @throws {UsageError} If the cell's options do not fit its ablation.
 */
export function foreseeAblation(
  options: ForecastOptions,
  ablations: readonly Ablation[],
): readonly Part[] {
  const { config, teacher, calibration, workers, images, isShared } = options;
  const ablation = ablationOf(config, ablations);
  const { stage, kind } = ablation;
  const { length, seeds } = scaleOf(config, ablation);
  const arms = ablation.arms({ length, parameters: countParameters(teacher) });
  const configs = arms.map((arm) =>
    configOfArm(
      { ...config, [stage]: { ...config[stage], ...length } },
      arm.options,
    )
  );
  // All of one size: those that searches like are neither the largest nor the least.
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const one = predictSeconds(cost, teacher, studentSize(config, stage, images));
  const chosen = Math.ceil(CHOSEN_SHARE * arms.length * seeds);
  const again: Part = {
    name: "again",
    trainings: chosen,
    epochs: chosen * config.student.epochs,
    workerSeconds: chosen * one / 2,
    wallSeconds: makespan(new Array<number>(chosen).fill(one / 2), workers),
  };
  if (kind === "table") {
    const parts = foreseeStrategies(
      { ...options, config: { ...config, ...{ searchSeeds: seeds } } },
      arms.map(({ name }) => ({ name, search: "reinforce" })),
    );
    const own = parts.filter(({ name }) =>
      // The subject's first cell with a table has trained it for all.
      name !== "students" || !isShared
    );
    return [...own, again];
  }
  const searches = configs.map((own) =>
    foreseeStage(
      { ...options, config: own, plan: searchPlanOf(own, { seed: 1 }) },
      stage,
      teacher,
    ).part
  );
  const sum = (value: (part: Part) => number) =>
    searches.reduce((all, part) => all + seeds * value(part), 0);
  return [
    ...preparationParts(options),
    {
      name: "searches",
      trainings: sum(({ trainings }) => trainings),
      epochs: sum(({ epochs }) => epochs),
      workerSeconds: sum(({ workerSeconds }) => workerSeconds),
      wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    },
    again,
  ];
}
