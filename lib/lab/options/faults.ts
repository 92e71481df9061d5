import { UsageError } from "../../cli/mod.ts";
import { USUAL_RECURRENCE } from "../../policy/mod.ts";
import type { GivenConfig } from "./compression.ts";
import { stagesOf } from "./stage_plans.ts";
import { type FileNetwork, isFileNetwork } from "./teacher_file.ts";

/** Options that faults depend on. */
type FaultyConfig =
  & Pick<
    GivenConfig,
    | "faults"
    | "search"
    | "space"
    | "stages"
    | "limits"
    | "removal"
    | "shrinkage"
    | "joint"
  >
  & { readonly network: GivenConfig["network"] | FileNetwork };

/**
 * Checks that each fault of the release that is asked for is one of what the
 * search does: a fault without effect would look harmless.
 *
 * @throws {UsageError} With all mistakes, one line each.
 */
export function checkFaults(given: FaultyConfig): void {
  const { faults = [], search, space, stages, network } = given;
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
    const { rollouts } = given[kind] ?? given.shrinkage;
    for (const fault of ["sharedReward", "stepPerRollout"] as const) {
      if (!faults.includes(fault) || rollouts > 1) continue;
      mistakes.push(
        `--${part}.rollouts 1: expected more beside --faults ${fault}`,
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
  if (faults.includes("misalignedActions") && !mayHaveShortcuts(network)) {
    mistakes.push(
      `--faults misalignedActions: expected a network with layers on shortcuts, ${network} has none`,
    );
  }
  if (faults.includes("returningLimit")) mistakes.push(...limitMistakes(given));
  if (mistakes.length > 0) throw new UsageError(mistakes.join("\n"));
}

/** Why no limit would return; nothing where one does. */
function limitMistakes(
  { limits, stages, ...given }: FaultyConfig,
): readonly string[] {
  const { mode, iterations, shares, ...others } = limits;
  if (mode !== "soft") {
    return ["--faults returningLimit: expected --limits.mode soft"];
  }
  const isLimited = [...Object.values(others), ...Object.values(shares ?? {})]
    .some((limit) => limit !== undefined);
  if (!isLimited) {
    return [
      "--faults returningLimit: expected a limit, as --limits.parameters",
    ];
  }
  const longest = Math.max(
    ...stagesOf(stages).map((kind) =>
      (given[kind] ?? given.shrinkage).iterations
    ),
  );
  return longest > iterations ? [] : [
    `--limits.iterations ${iterations}: expected fewer than a stage's ${longest} beside --faults returningLimit, since the limit returns after them`,
  ];
}

/** Whether a network may have layers on shortcuts: of a file's it is not known. */
function mayHaveShortcuts(name: FaultyConfig["network"]): boolean {
  return isFileNetwork(name) || name.startsWith("resnet");
}
