/**
 * What the cells of a subject share: its data and its teacher, prepared once.
 *
 * @module
 */

import { notify } from "../../cli/mod.ts";
import { type PreparedTeacher, prepareTeacher } from "../../search/mod.ts";
import { countForwards, type ForecastOptions } from "../forecast/forecast.ts";
import type { CompressionConfig } from "../options/compression.ts";
import {
  finalRecipe,
  teacherRecipe,
  teacherViews,
} from "../options/recipes.ts";
import { sharedSeedsOf } from "../options/search_plan.ts";
import type { Session } from "../session/session.ts";
import type { OpenedSets } from "../subject/data_options.ts";
import type { Subject } from "../subject/subject.ts";
import { provenTeacher } from "../teacher/prove.ts";
import type { CellLab } from "./experiment.ts";

/** What the cells of a run share, made when the first asks for it. */
export interface Shared {
  /** Data sets that are open. */
  readonly opened: OpenedSets;
  /** Subjects that are open, by what says which. */
  readonly subjects: Map<string, Promise<Subject>>;
  /** Teachers that are prepared, by all that they depend on. */
  readonly teachers: Map<string, Promise<PreparedTeacher>>;
}

/**
 * Trains the subject's teacher, or takes the recorded one, and lets it look at
 * its students' images.
 *
 * @param session What trains.
 * @param parts The subject; a cell's forecast, rank, and progress line.
 */
export async function prepareSubject(
  session: Session,
  { subject, forecast, rank, phase }: {
    readonly subject: Subject;
    readonly forecast: ForecastOptions;
    readonly rank: number;
    readonly phase: CellLab<CompressionConfig>["phase"];
  },
): Promise<PreparedTeacher> {
  const { engine, executor, evaluator, store } = session;
  const { dataSet, network, taken, imported } = subject;
  const { config } = forecast;
  if (taken !== undefined) {
    const { profile, deterministic } = taken.record;
    const { name, instructionSet } = deterministic.engine;
    notify(
      `Teacher: ${profile} as recorded, trained by ${name} (${instructionSet}); --teacher.retrain trains it here`,
    );
  }
  const images = {
    validation: config.validation,
    train: config.images,
    studentTrain: config.student.images,
    studentValidation: config.student.validationImages,
  };
  const seeds = sharedSeedsOf(config);
  const recipe = teacherRecipe(config);
  const trained = imported === undefined
    ? taken === undefined ? undefined : {
      evaluation: taken.record.deterministic.evaluation,
      weights: taken.weights,
    }
    : await provenTeacher(session, {
      imported,
      dataSet,
      images,
      network,
      recipe,
      seeds,
    });
  const isTaught = trained === undefined;
  const teaching = phase("teacher", {
    total: config.teacher.epochs,
    unit: "epochs",
  });
  if (isTaught) teaching.begin();
  const thousands = (images: number) => Math.ceil(images / 1000);
  const looking = phase("logits", {
    total: thousands(countForwards(forecast)),
    unit: "thousand images",
  });
  return await prepareTeacher({
    dataSet,
    images,
    network,
    recipe,
    augmentation: finalRecipe(config).augmentation,
    views: teacherViews(config),
    seeds,
    engine,
    executor,
    evaluator,
    store,
    rank,
    ...(trained === undefined ? {} : { trained }),
    onEpoch: (epochs) => teaching.reach(epochs),
    onForward(images) {
      if (isTaught) teaching.reach(config.teacher.epochs);
      looking.reach(thousands(images));
    },
  });
}

/**
 * All that a teacher's training depends on beside the engine: cells with an equal
 * key share it.
 */
export function teacherTrainingKey(config: CompressionConfig): string {
  const { dataset, size, skipBroken, network, width, validation, images } =
    config;
  const { data, teacher } = sharedSeedsOf(config);
  return JSON.stringify([
    { dataset, size, skipBroken, network, width, validation, images },
    { data, teacher },
    config.teacher,
    config.augmentation,
  ]);
}

/**
 * All that a preparation depends on beside the engine: cells with an equal key
 * share it. Written out of the options that {@link prepareSubject} reads.
 */
export function preparationKey(config: CompressionConfig): string {
  return JSON.stringify([
    teacherTrainingKey(config),
    config.student.images,
    config.student.validationImages,
    sharedSeedsOf(config).student,
    teacherViews(config),
  ]);
}
