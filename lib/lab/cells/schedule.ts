import type { Calibration } from "../forecast/calibration.ts";
import type { ForecastOptions, Part } from "../forecast/forecast.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import type { Cell } from "./cell.ts";
import type { KnownCell } from "./known_cell.ts";
import { preparationKey, teacherTrainingKey } from "./prepare.ts";

/** What is foreseen of a cell. */
export interface Foreseen {
  /** What it was foreseen from. */
  readonly options: ForecastOptions;
  /** Part by part, in order. */
  readonly parts: readonly Part[];
  /** Place among all, from 0. */
  readonly rank: number;
}

/** What is foreseen of all cells. */
export type Schedule = ReadonlyMap<Cell, Foreseen>;

/** Test images for each training image, where a data set has not told how many. */
const TEST_SHARE = 0.2;

/**
 * Foresees each cell. Cells that differ in their seed alone take as long as the
 * first of them, but for what that one does for all.
 *
 * @param experiment How one cell is foreseen.
 * @param options The machine's speed, and the cells in their order.
 */
export function schedule(
  { foresee }: {
    readonly foresee: (options: ForecastOptions) => readonly Part[];
  },
  { calibration, workers, cells }: {
    readonly calibration: Calibration;
    readonly workers: number;
    readonly cells: readonly KnownCell[];
  },
): Schedule {
  const [taught, prepared] = [new Set<string>(), new Set<string>()];
  const known = new Map<string, readonly Part[]>();
  const foreseen = cells.map(({ cell, subject }, rank) => {
    const { config, seed, arm } = cell;
    const { facts, network } = subject;
    const preparation = preparationKey(config);
    const isShared = prepared.has(preparation);
    prepared.add(preparation);
    const teacher = teacherTrainingKey(config);
    const isTaught = taught.has(teacher);
    taught.add(teacher);
    const images = config.images ||
      (facts.trainCount ?? config.validation * 10) - config.validation;
    const options: ForecastOptions = {
      calibration,
      arm,
      config,
      plan: searchPlanOf(config, { seed }),
      teacher: network,
      images,
      // A cell before it may train the teacher, whose students see other images.
      taken: isTaught || subject.foreseenTeacher !== undefined ||
        subject.imported !== undefined,
      isShared,
      testImages: facts.testCount ?? images * TEST_SHARE,
      workers,
    };
    const key = JSON.stringify([preparation, arm, isTaught, isShared, config]);
    const parts = known.get(key) ?? foresee(options);
    known.set(key, parts);
    return [cell, { options, parts, rank }] as const;
  });
  return new Map(foreseen);
}
