/**
 * Learning rates over a training, by name: the options' short form.
 *
 * @module
 */

import { z } from "zod";
import type { Schedule } from "../../training/mod.ts";

/** Name of a schedule. */
export type ScheduleName = "constant" | "cosine" | "step" | "oneCycle";

/** The schedules by name; the numbers in them are ours. */
const SCHEDULES: Readonly<Record<ScheduleName, Schedule>> = {
  constant: { type: "constant" },
  cosine: { type: "cosine" },
  /** A tenth from the middle on, a hundredth in the last quarter. */
  step: { type: "step", at: [0.5, 0.75], factor: 0.1 },
  oneCycle: { type: "oneCycle", warmup: 0.2 },
};

/** The option. */
export const scheduleSchema = z.enum(
  Object.keys(SCHEDULES) as [ScheduleName, ...ScheduleName[]],
);

/** The schedule of a name. */
export function scheduleOf(name: ScheduleName): Schedule {
  return SCHEDULES[name];
}
