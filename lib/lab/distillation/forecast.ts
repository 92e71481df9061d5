import { foreseeTrial } from "../fidelity/forecast.ts";
import { fidelityStudents } from "../fidelity/students.ts";
import {
  finalPart,
  type ForecastOptions,
  foreseeStage,
  type Part,
  preparationParts,
} from "../forecast/forecast.ts";
import type { Network } from "../../network/mod.ts";
import { LOSS_NAMES, lossesOf } from "./losses.ts";
import { checkDistillation, distillationOptionsOf } from "./options.ts";
import { lossTrials } from "./settings.ts";

/**
 * How long a cell takes: teacher, then every setting with every loss, or all
 * searches.
 *
 * @param options What is known of run and machine.
 * @throws {UsageError} If its options do not fit data or teacher.
 */
export function foreseeDistillation(
  options: ForecastOptions,
): readonly Part[] {
  const { config, images } = options;
  checkDistillation(config, images);
  const { part, students } = distillationOptionsOf(config);
  if (part === "searches") {
    return [...preparationParts(options), searchesPart(options)];
  }
  const networks = fidelityStudents(options, students)
    .map(({ network }) => network);
  return [
    ...preparationParts(options),
    ...lossTrials(config, lossesOf(config)).map((trial) =>
      foreseeTrial(options, trial, networks)
    ),
  ];
}

/** All searches, as if no two of them trained the same student. */
function searchesPart(options: ForecastOptions): Part {
  const { config, plan, teacher, images } = options;
  const { searchSeeds, finalImages } = distillationOptionsOf(config);
  const searches = searchSeeds * LOSS_NAMES.length;
  const parts: Part[] = [];
  const winners: Network[] = [];
  for (const kind of plan.stages) {
    const base = winners.at(-1) ?? teacher;
    const { part, winner } = foreseeStage(options, kind, base);
    parts.push(part);
    winners.push(winner);
  }
  const final = { ...config.final, halving: [] };
  parts.push(finalPart({
    ...options,
    config: { ...config, final, finalists: 1 },
    images: finalImages || images,
  }, winners));
  const sum = (of: (part: Part) => number) =>
    searches * parts.reduce((all, part) => all + of(part), 0);
  return {
    name: "searches",
    trainings: sum(({ trainings }) => trainings),
    epochs: sum(({ epochs }) => epochs),
    workerSeconds: sum(({ workerSeconds }) => workerSeconds),
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
  };
}
