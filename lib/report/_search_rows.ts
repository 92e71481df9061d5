import { type Axis, linearAxis, ratioAxis } from "./_axis.ts";
import type { Quantity } from "./_search_data.ts";
import { formatCount } from "./format.ts";
import type { SearchFigureOptions, SearchStage } from "./search_figure.ts";

/** A row of panels. */
export interface Row {
  readonly label: string;
  readonly quantity: Quantity;
  readonly axis: (values: readonly number[]) => Axis;
  readonly scale: "linear" | "log";
  readonly teacher?: number | undefined;
}

/** The rows of the figure, from the top. */
export function panelRows(
  teacher: SearchFigureOptions["teacher"],
): readonly Row[] {
  return [{
    label: "Reward",
    quantity: (rollout) => rollout.reward,
    axis: (values) => linearAxis(values, { least: 0.001, otherwise: [0, 1] }),
    scale: "linear",
  }, {
    label: "Validation accuracy (%)",
    quantity: ({ accuracy }) =>
      accuracy === undefined ? accuracy : 100 * accuracy,
    axis: (values) => linearAxis(values, { least: 0.01, otherwise: [0, 100] }),
    scale: "linear",
    teacher: teacher.accuracy === undefined
      ? undefined
      : 100 * teacher.accuracy,
  }, {
    label: "Compression (teacher / student parameters)",
    quantity: ({ parameters }) =>
      parameters === undefined ? parameters : teacher.parameters / parameters,
    axis: ratioAxis,
    scale: "log",
  }];
}

/** "20 iterations, 100 students: 12 rejected, 1 failed". */
export function counts(iterations: SearchStage["iterations"]): string {
  const rollouts = iterations.flat();
  const rejected = rollouts.filter((rollout) => rollout.rejected).length;
  const failed =
    rollouts.filter((rollout) =>
      !rollout.rejected && !Number.isFinite(rollout.reward)
    ).length;
  const parts = [
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(failed > 0 ? [`${failed} failed (not drawn)`] : []),
  ];
  return `${plural(iterations.length, "iteration")}, ${
    plural(rollouts.length, "student")
  }${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
