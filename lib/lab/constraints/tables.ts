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
  formatInterval,
  formatMean,
  formatNumber,
  hedgesGz,
  markdownTable,
  MISSING,
  type PairedDifference,
  summarise,
  type Summary,
} from "../../report/mod.ts";
import { formatP } from "../strategies/tables.ts";
import {
  type ModeComparison,
  outcomeOf,
  searchesOf,
  type SubjectSearches,
} from "./analyse.ts";
import { FREE, SINGLE_LIMITS } from "./arms.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Four decimals: rewards of good students differ in the third. */
export function formatScore(score: number | undefined): string {
  return formatNumber(score, 4);
}

/** A difference of rewards, with its sign. */
export function formatDifference(value: number | undefined): string {
  const text = formatScore(value);
  return value !== undefined && value > 0 && /[1-9]/.test(text)
    ? `+${text}`
    : text;
}

/** A mean with its spread and interval: "0.85 ± 0.01 [0.84, 0.86]". */
export function formatOver(
  summary: Summary,
  format: (value: number | undefined) => string,
): string {
  return summary.interval === undefined
    ? formatMean(summary, format)
    : `${formatMean(summary, format)} ${
      formatInterval(summary.interval, format)
    }`;
}

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
          formatOver(outcome.score, formatScore),
          arm === undefined || outcome.price.n === 0
            ? MISSING
            : formatOver(outcome.price, formatDifference),
          formatOver(outcome.test, formatAccuracy),
          formatMean(outcome.parameters, whole),
          formatOver(outcome.feasible, formatAccuracy),
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
      right("effect size"),
      right("p"),
      right("p (Holm)"),
    ],
    comparisons.map(({ subject, limit, difference, p, adjusted }) => [
      subject,
      limit,
      `${difference.n}`,
      formatMean(difference, formatDifference),
      formatInterval(difference.interval, formatDifference),
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
        return formatOver(outcomeOf(own, []).searched, formatScore);
      };
      return [[
        subject.title,
        limit,
        formatOver(share, formatAccuracy),
        formatOver(filtered, formatScore),
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
