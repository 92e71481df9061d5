import type { StrategyName } from "../../search/mod.ts";
import type { Arm } from "../cells/experiment.ts";

/**
 * Arms that differ in who proposes students.
 *
 * @param first The strategy that --search or the profile names.
 * @param others Those that it is compared with.
 */
export function strategyArms(
  first: StrategyName,
  others: readonly StrategyName[] = [],
): readonly Arm[] {
  const names = [first, ...others.filter((name) => name !== first)];
  return names.map((name) => ({ name, options: { search: name } }));
}
