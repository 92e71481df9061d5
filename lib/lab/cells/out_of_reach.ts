/**
 * Limits that no student of a search's first stage can keep to. A stage without a
 * winner ends a search, so it is said before hours have gone into it.
 *
 * @module
 */

import { warn } from "../../cli/mod.ts";
import { type Leaf, leaves, type Network } from "../../network/mod.ts";
import { sizeViolation, studentSizes } from "../../reward/mod.ts";
import { type SearchPlan, stageSpace } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsOf } from "../options/limits.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import type { KnownCell } from "./known_cell.ts";

/**
 * Says of each kind of cell once where its limit on size is out of reach.
 *
 * @param cells Cells, with what is known of their subjects.
 */
export function tellOutOfReach(cells: readonly KnownCell[]): void {
  const told = new Set<string>();
  for (const { cell: { name, config, seed }, subject } of cells) {
    const plan = searchPlanOf(config, { seed });
    const reason = limitOutOfReach(config, plan, subject.network);
    if (reason === undefined || told.has(reason)) continue;
    told.add(reason);
    warn(
      `${name}: no student of removal keeps to its limit, the smallest one has ${reason}; such a search ends without a winner`,
    );
  }
}

/**
 * The limit on size that a first stage of removal cannot keep to, whatever it
 * removes: strided convolutions, shortcuts and the linear layer stay. Where removing
 * a layer can make others larger, the smallest student is not known and nothing is
 * said; nor of latency, which is measured later.
 *
 * @param config The limits.
 * @param plan What is searched.
 * @param teacher Whose layers are removed.
 * @returns "109,690 parameters, expected at most 70,146"; undefined where there is
 * none that is known.
 */
export function limitOutOfReach(
  { limits }: Pick<CompressionConfig, "limits">,
  plan: SearchPlan,
  teacher: Network,
): string | undefined {
  const isPlain = plan.stages[0] === "removal" &&
    leaves(teacher).every(shrinks);
  if (!isPlain) return undefined;
  const space = stageSpace(plan, "removal", teacher);
  const smallest = space.apply(space.decisions.map(() => 0));
  if (!smallest.ok) return undefined;
  const { latencyMs: _, shares: { latency: __, ...shares } = {}, ...counts } =
    limits;
  const most = limitsOf({ ...counts, shares }, {
    sizes: studentSizes(teacher),
    accuracy: 1,
  });
  return sizeViolation(studentSizes(smallest.network), most);
}

/** Whether the network can only get smaller without a layer. */
function shrinks({ layer, input, output }: Leaf): boolean {
  const [[channels, height, width], [outChannels, rows, columns]] = [
    input,
    output,
  ];
  switch (layer.type) {
    case "conv":
      // Those with strides stay.
      return layer.stride > 1 ||
        (outChannels >= channels && rows === height && columns === width);
    case "maxPool":
      return false;
    default:
      return true;
  }
}
