import {
  type Column,
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatRewardDifference,
  markdownTable,
} from "../../report/mod.ts";
import type { PlanTest } from "./decide.ts";
import { planTitle } from "./titles.ts";

const right = (title: string): Column => ({ title, align: "right" });

/**
 * The paper's plan beside each other one, a row each.
 *
 * @param groups Tests by what they are over, for example "all subjects".
 */
export function testTable(
  groups: readonly (readonly [title: string, tests: readonly PlanTest[]])[],
): string {
  return markdownTable(
    [
      { title: "over" },
      { title: "removal, then shrinkage against" },
      right("pairs"),
      right("won"),
      right("difference of final reward"),
      right("95 % interval"),
      right("g"),
      right("p"),
      right("p (Holm)"),
    ],
    groups.flatMap(([title, tests]) =>
      tests.map(({ plan, difference, won, effect, test, adjusted }) => [
        title,
        planTitle(plan),
        `${difference.n}`,
        `${won}`,
        formatMean(difference, formatRewardDifference),
        formatInterval(difference.interval, formatRewardDifference),
        formatNumber(effect, 2),
        formatP(test?.p),
        formatP(adjusted),
      ])
    ),
  );
}
