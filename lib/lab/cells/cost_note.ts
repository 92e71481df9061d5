import { formatHours, formatSeconds } from "../../report/mod.ts";
import type { CellEnvironment } from "./experiment.ts";

/** What a cell cost, in a sentence. */
export function cellCostNote(
  { cpu, cores, workers, workerSeconds, wallSeconds, commands }:
    CellEnvironment,
): string {
  return `Cost: ${formatHours(workerSeconds)} worker-hours; ${
    formatSeconds(wallSeconds)
  } from start to end${
    commands === 1 ? "" : `, in ${commands} commands`
  }, with ${workers} workers on ${cores} cores (${cpu}).`;
}
