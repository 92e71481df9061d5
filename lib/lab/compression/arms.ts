import { GRAINS, STRATEGY_NAMES, type StrategyName } from "../../search/mod.ts";
import type { Arm } from "../cells/experiment.ts";
import { PAPER_POLICIES } from "../options/methods.ts";

/**
 * What can be compared: a strategy in the space that is set ("random"), one in a
 * space of its own ("random-leaf"), or the paper's policies as they are, with
 * budget, students and finals like everybody's ("paper").
 */
const ARMS: Readonly<Record<string, Arm["options"]>> = {
  ...Object.fromEntries(STRATEGY_NAMES.flatMap((search) => [
    [search, { search }],
    ...GRAINS.map((space) => [`${search}-${space}`, { search, space }]),
  ])),
  paper: { search: "reinforce", space: "leaf", ...PAPER_POLICIES },
};

/** Names of all arms. */
export const ARM_NAMES = Object.keys(ARMS) as [string, ...string[]];

/**
 * Arms that differ in who proposes students, and in what is decided together.
 *
 * @param first The strategy that --search or the profile names.
 * @param others Arms that it is compared with, of {@link ARM_NAMES}.
 */
export function strategyArms(
  first: StrategyName,
  others: readonly string[] = [],
): readonly Arm[] {
  const names = [first, ...others.filter((name) => name !== first)];
  return names.map((name) => ({ name, options: ARMS[name]! }));
}
