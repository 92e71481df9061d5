import { type Axis, linearAxis, ratioAxis } from "../_axis.ts";
import type { Quantity } from "./_series.ts";

/** The network that every stage is measured against. */
export interface SearchTeacher {
  /** Its parameters: what compressions are relative to. */
  readonly parameters: number;
  /** Its validation accuracy in [0, 1], drawn as a line if given. */
  readonly accuracy?: number;
}

/** A row of panels. */
export interface Row {
  /** What it shows, with the unit. */
  readonly label: string;
  readonly quantity: Quantity;
  readonly axis: (values: readonly number[]) => Axis;
  readonly scale: "linear" | "log";
  /** The teacher's value, drawn as a line across. */
  readonly teacher?: number | undefined;
}

/** The rows of the figure, from the top. */
export function panelRows(teacher: SearchTeacher): readonly Row[] {
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
