/**
 * What the test that decides makes of the paper's choice of loss.
 *
 * @module
 */

import { formatPoints, statedP, type Verdict } from "../../report/mod.ts";
import type { LossInSetting, StudentsAnalysis } from "./analyse.ts";
import type { LossName } from "./losses.ts";
import { settingTitle } from "./settings.ts";

/** The test that decides, stated before there is a result. */
export interface DecidingTest {
  /** The claim, as pages open with it. */
  readonly claim: string;
  /** The loss that is claimed to be better than labels alone. */
  readonly loss: LossName;
  /** Title of the setting that decides: "final, fresh". */
  readonly setting: string;
  /** Level of the p value after Holm's correction. */
  readonly level: number;
  /** Fewest students that decide anything. */
  readonly leastStudents: number;
  /** A mean difference in accuracy that matters, > 0. */
  readonly matters: number;
}

/** What a cell makes of the claim. */
export interface Decision {
  /** The verdict. */
  readonly verdict: Verdict;
  /** Why, in a sentence. */
  readonly because: string;
  /** Whether there are too few students for any decision. */
  readonly isFew: boolean;
}

/** The loss that is decided on, in the setting that decides. */
export function decidingLoss(
  { settings }: StudentsAnalysis,
  { setting, loss }: Pick<DecidingTest, "setting" | "loss">,
): LossInSetting {
  return settings.find((each) => settingTitle(each.setting) === setting)!
    .losses.find((each) => each.loss === loss)!;
}

/**
 * Decides on one subject: the claim is supported where the corrected p is below the
 * level and the differences are above 0, in their ranks, which the test is of, and
 * in their mean; not supported where both are below 0 at that level, or where the interval leaves no room for a difference that matters;
 * else there is no deciding.
 *
 * @param analysis What was found of the subject.
 * @param test The test.
 */
export function decide(
  analysis: StudentsAnalysis,
  test: DecidingTest,
): Decision {
  const { against } = decidingLoss(analysis, test);
  const { difference: { n, mean = 0 }, interval, adjusted, rankBiserial = 0 } =
    against!;
  const points = formatPoints(mean);
  if (n < test.leastStudents || interval === undefined) {
    return {
      verdict: "not decidable at this scale",
      isFew: true,
      because:
        `${n} students have both trainings, at least ${test.leastStudents} are needed.`,
    };
  }
  const found = adjusted === undefined
    ? `All ${n} students are as good with both losses`
    : `Wilcoxon's signed rank test over ${n} students gives ${
      statedP(adjusted)
    } (Holm), mean difference ${points} points`;
  if (adjusted !== undefined && adjusted < test.level) {
    const sides = [mean, rankBiserial].map(Math.sign);
    return sides[0] !== sides[1]
      ? {
        verdict: "not decidable at this scale",
        isFew: false,
        because: `${found}: ranks say ${
          sides[1]! > 0 ? "better" : "worse"
        }, their mean does not.`,
      }
      : {
        verdict: mean > 0 ? "supported" : "not supported",
        isFew: false,
        because: `${found}.`,
      };
  }
  return interval.high < test.matters
    ? {
      verdict: "not supported",
      isFew: false,
      because: `${found}; its 95 % interval ends at ${
        formatPoints(interval.high)
      }, below the ${formatPoints(test.matters)} that would matter.`,
    }
    : {
      verdict: "not decidable at this scale",
      isFew: false,
      because: `${found}; its 95 % interval reaches from ${
        formatPoints(interval.low)
      } to ${formatPoints(interval.high)}.`,
    };
}
