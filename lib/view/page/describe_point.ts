import { count, percent, short, times } from "./format.ts";
import type { Point } from "./points.ts";

/** A student in a few short lines. */
export function describePoint(point: Point): readonly string[] {
  const { name, reward, accuracy, compression, parameters, macs } = point;
  return [
    `${name ?? "no student"} · ${point.stageKind} ${point.iteration + 1}${
      point.isWinner
        ? " · winner"
        : point.kind === "new"
        ? ""
        : ` · ${point.kind}`
    }`,
    [
      `reward ${reward.toFixed(3)}`,
      ...(accuracy === null ? [] : [percent(accuracy)]),
    ].join(", "),
    ...(parameters === null ? [] : [
      `${count(parameters)} parameters${
        compression === null ? "" : ` (${times(compression)})`
      }`,
    ]),
    ...(macs === null ? [] : [`${short(macs)} MACs`]),
  ];
}
