/**
 * Tables of the experiment on constraints.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCount,
  formatEstimate,
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatReward,
  formatRewardDifference,
  hedgesGz,
  markdownTable,
  MISSING,
  type PairedDifference,
  summarise,
} from "../../report/mod.ts";
import {
  type ModeComparison,
  outcomeOf,
  searchesOf,
  type SubjectSearches,
} from "./analyse.ts";
import { FREE, SINGLE_LIMITS } from "./arms.ts";

const right = (title: string): Column => ({ title, align: "right" });

const whole = (value: number | undefined) =>
  formatCount(value === undefined ? value : Math.round(value));

/** Each arm: what it found, what that cost. */
export function outcomeTable(subjects: readonly SubjectSearches[]): string {
  return markdownTable(
    [
      { title: "subject" },
      { title: "limit" },
      { title: "mode" },
      right("seeds"),
      right("found a student"),
      right("score"),
      right("against none"),
      right("test accuracy %"),
      right("parameters"),
      right("keep to it %"),
      right("student-epochs"),
      right("of these broke it"),
      right("not trained"),
    ],
    subjects.flatMap((subject) => {
      const free = searchesOf(subject, FREE);
      return subject.arms.map(({ arm, searches }) => {
        const outcome = outcomeOf(searches, free);
        return [
          subject.title,
          arm?.limit ?? "none",
          arm?.mode ?? MISSING,
          `${searches.length}`,
          `${outcome.found}`,
          formatEstimate(outcome.score, formatReward),
          arm === undefined || outcome.price.n === 0
            ? MISSING
            : formatEstimate(outcome.price, formatRewardDifference),
          formatEstimate(outcome.test, formatAccuracy),
          formatMean(outcome.parameters, whole),
          formatEstimate(outcome.feasible, formatAccuracy),
          formatMean(outcome.epochs, whole),
          formatMean(outcome.wasted, whole),
          formatMean(outcome.untrained, whole),
        ];
      });
    }),
  );
}

/** The test that decides, limit by limit. */
export function comparisonTable(
  comparisons: readonly ModeComparison[],
): string {
  return markdownTable(
    [
      { title: "subject" },
      { title: "limit" },
      right("pairs"),
      right("soft minus hard"),
      right("95 % interval"),
      right("g"),
      right("p"),
      right("p (Holm)"),
    ],
    comparisons.map(({ subject, limit, difference, p, adjusted }) => [
      subject,
      limit,
      `${difference.n}`,
      formatMean(difference, formatRewardDifference),
      formatInterval(difference.interval, formatRewardDifference),
      formatNumber(effectSize(difference), 2),
      formatP(p),
      formatP(adjusted),
    ]),
  );
}

/** Hedges' g_z, from three pairs on. */
function effectSize(
  { n, differences }: PairedDifference,
): number | undefined {
  return n < 3 ? undefined : hedgesGz(differences);
}

/**
 * What a limit leaves of a search that knew nothing of it, beside the searches that
 * did, in the last stage.
 */
export function filterTable(subjects: readonly SubjectSearches[]): string {
  const rows = subjects.flatMap((subject): readonly (readonly Cell[])[] => {
    const free = searchesOf(subject, FREE);
    return SINGLE_LIMITS.flatMap((limit) => {
      const arms = subject.arms.filter(({ arm }) => arm?.limit === limit);
      const kept = free.flatMap(({ stageLimits, stages }) => {
        const own = stageLimits.at(-1)?.kept?.[limit];
        const proposed = stages.at(-1)!.ledger.proposed;
        return own === undefined ? [] : [{ ...own, proposed }];
      });
      if (arms.length === 0 || kept.length === 0) return [];
      const share = summarise(
        kept.map(({ proposals, proposed }) =>
          proposals.reduce((sum, each) => sum + each, 0) / proposed
        ),
      );
      const filtered = summarise(kept.flatMap(({ reward }) => reward ?? []));
      const searched = (mode: string) => {
        const own = arms.find(({ arm }) => arm!.mode === mode)?.searches ?? [];
        return formatEstimate(outcomeOf(own, []).searched, formatReward);
      };
      return [[
        subject.title,
        limit,
        formatEstimate(share, formatAccuracy),
        formatEstimate(filtered, formatReward),
        searched("soft"),
        searched("hard"),
      ]];
    });
  });
  return markdownTable(
    [
      { title: "subject" },
      { title: "limit" },
      right("kept by chance %"),
      right("best reward of these"),
      right("best reward, soft"),
      right("best reward, hard"),
    ],
    rows,
  );
}
