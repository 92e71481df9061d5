import { UsageError } from "../../cli/mod.ts";
import { countMacs } from "../../network/mod.ts";
import type { ForecastOptions } from "../forecast/forecast.ts";
import { type SpreadStudent, spreadStudents } from "./spread_students.ts";

/**
 * The students of a cell, the most work first: where many are trained side by
 * side, workers then wait least for the last one.
 *
 * @param forecast The cell's teacher, and the seed of the draws.
 * @param count How many, as of --students.
 * @throws {UsageError} If the teacher has not so many students.
 */
export function fidelityStudents(
  { plan, teacher }: Pick<ForecastOptions, "plan" | "teacher">,
  count: number,
): readonly SpreadStudent[] {
  const { seed, shrink } = plan;
  try {
    return spreadStudents({ base: teacher, count, seed, shrink })
      .toSorted((a, b) => countMacs(b.network) - countMacs(a.network));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--students ${count}: expected fewer (${error.message})`,
      { cause: error },
    );
  }
}
