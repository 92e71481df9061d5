import {
  effectFigure,
  formatRewardDifference,
  statedP,
} from "../../report/mod.ts";
import { subjectName } from "../compression/titles.ts";
import { analyseAblation } from "./analyse.ts";
import type { AblationContent } from "./content.ts";

/**
 * Every arm's difference from what it is compared with, as SVG.
 *
 * @param content The record's content, with at least two arms.
 */
export function ablationFigure(content: AblationContent): string {
  const { identity: { config, ablation } } = content;
  return effectFigure({
    title: `${ablation.name} on ${subjectName(config)}`,
    x: "difference of the reward of the chosen student, looked at again",
    sides: { below: "worse", above: "better" },
    effects: analyseAblation(content).flatMap(({ name, comparison }) => {
      if (comparison === undefined) return [];
      const { against, difference, adjusted } = comparison;
      const { mean, interval, differences } = difference;
      return [{
        name,
        against,
        differences,
        mean: mean!,
        ...(interval === undefined ? {} : { interval }),
        note: `${formatRewardDifference(mean)}, ${statedP(adjusted)} (Holm)`,
      }];
    }),
  });
}
