import { UsageError } from "../../cli/mod.ts";
import { USUAL_RECURRENCE } from "../../policy/mod.ts";
import type { GivenConfig } from "./compression.ts";
import { stagesOf } from "./stage_plans.ts";

/**
 * Checks that each fault of the release that is asked for is one of what the
 * search does: a fault without effect would look harmless.
 *
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkFaults(given: GivenConfig): void {
  const { faults = [], search, space, stages, limits } = given;
  if (faults.length === 0) return;
  const mistakes: string[] = [];
  if (search !== "reinforce") {
    mistakes.push(
      `--search ${search}: expected reinforce, as --faults are its`,
    );
  }
  const kinds = stagesOf(stages);
  for (const kind of kinds) {
    const { baseline, normaliseAdvantage } = given[kind] ?? given.shrinkage;
    const part = given[kind] === undefined ? "shrinkage" : kind;
    for (const fault of ["sharedReward", "cumulativeBaseline"] as const) {
      if (!faults.includes(fault) || baseline === "movingAverage") continue;
      mistakes.push(
        `--${part}.baseline ${baseline}: expected movingAverage beside --faults ${fault}`,
      );
    }
    for (const fault of ["sharedReward", "stepPerRollout"] as const) {
      if (!faults.includes(fault) || !normaliseAdvantage) continue;
      mistakes.push(
        `--${part}.normalise-advantage: expected off beside --faults ${fault}`,
      );
    }
  }
  const isAutoregressive = kinds.some((kind) =>
    ((given[kind] ?? given.shrinkage).recurrence ?? USUAL_RECURRENCE[kind]) ===
      "autoregressive"
  );
  if (faults.includes("untrainedLstm") && !isAutoregressive) {
    mistakes.push(
      "--faults untrainedLstm: expected a stage whose policy is autoregressive, as of --removal.recurrence autoregressive",
    );
  }
  if (
    faults.includes("misalignedActions") &&
    (space !== "leaf" || !kinds.includes("removal"))
  ) {
    mistakes.push(
      "--faults misalignedActions: expected --space leaf and a stage of layer removal",
    );
  }
  if (faults.includes("returningLimit") && limits.mode !== "soft") {
    mistakes.push("--faults returningLimit: expected --limits.mode soft");
  }
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}
