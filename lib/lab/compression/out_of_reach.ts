/**
 * Limits that no student of a search's first stage can keep to. A stage without a
 * winner ends a search, so it is said before hours have gone into it.
 *
 * @module
 */

import { leaves, type Network } from "../../network/mod.ts";
import { sizeViolation, studentSizes } from "../../reward/mod.ts";
import { type SearchPlan, stageSpace } from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsOf } from "../options/limits.ts";

/**
 * The limit on size that a first stage of removal cannot keep to, whatever it
 * removes: strided convolutions, shortcuts and the linear layer stay. Where pools can
 * be removed, which makes what follows larger, the smallest student is not known and
 * nothing is said; nor of latency, which is measured later.
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
  const hasPools = leaves(teacher).some(({ layer }) =>
    layer.type === "maxPool"
  );
  if (plan.stages[0] !== "removal" || hasPools) return undefined;
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
