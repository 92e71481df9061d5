/**
 * Tables of a profile with searches and baselines.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatHours,
  formatInterval,
  formatMean,
  formatNumber,
  formatP,
  formatPoints,
  formatShortCount,
  hedgesGz,
  markdownTable,
  mean,
  MISSING,
  summarise,
} from "../../report/mod.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import type { CompressionContent } from "../compression/content.ts";
import { subjectName } from "../compression/titles.ts";
import {
  accuracyAt,
  type BaselineComparison,
  type ComparedAnalysis,
  subjectOf,
} from "./compare.ts";
import type { BaselineContent } from "./content.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Who is better, as the table says it. */
const BETTER: Readonly<Record<BaselineComparison["better"], Cell>> = {
  search: "the search",
  baseline: { markdown: "**the simple method**" },
  open: "not shown",
  few: "too few pairs",
};

/**
 * A search beside every baseline, over all subjects and seeds: the test that
 * decides.
 *
 * @param analysis What was found.
 */
export function comparisonTable({ baselines }: ComparedAnalysis): string {
  return markdownTable(
    [
      { title: "search minus" },
      right("pairs"),
      right("outside"),
      right("search %"),
      right("baseline % at that size"),
      right("difference"),
      right("95 % interval"),
      right("g"),
      right("search better in"),
      right("p"),
      right("p (Holm)"),
      { title: "more accurate" },
    ],
    baselines.map((each) => {
      const { name, pairs, outside, difference, won, test, adjusted, better } =
        each;
      const over = (of: (pair: typeof pairs[number]) => number) =>
        pairs.length === 0 ? undefined : mean(pairs.map(of));
      const { differences } = difference;
      return [
        name,
        `${pairs.length}`,
        `${outside}`,
        formatAccuracy(over(({ search }) => search)),
        formatAccuracy(over(({ baseline }) => baseline)),
        formatMean(difference, formatPoints),
        formatInterval(difference.interval, formatPoints),
        formatNumber(
          differences.length < 3 ? undefined : hedgesGz(differences),
          2,
        ),
        `${won} of ${pairs.length}`,
        formatP(test?.p),
        formatP(adjusted),
        BETTER[better],
      ];
    }),
  );
}

/**
 * Each winner of the compared search beside every baseline at its size.
 *
 * @param analysis What was found.
 * @param contents Contents of searches and baselines.
 */
export function pairTable(
  { arm, baselines: compared }: ComparedAnalysis,
  { searches, baselines }: {
    readonly searches: readonly CompressionContent[];
    readonly baselines: readonly BaselineContent[];
  },
): string {
  const own = searches.filter(({ identity }) => identity.arm === arm);
  return markdownTable(
    [
      { title: "subject" },
      right("seed"),
      right("winner's parameters"),
      right("compression"),
      right(`${arm} %`),
      ...compared.map(({ name }) => right(`${name} %`)),
    ],
    own.flatMap((content) => {
      const { identity, teacher, stages } = content;
      const winner = stages.at(-1)?.winner;
      if (winner === undefined) return [];
      return [[
        subjectName(content.identity.config),
        `${identity.seed}`,
        formatCount(winner.parameters),
        formatCompression(teacher.parameters / winner.parameters),
        formatAccuracy(winner.test),
        ...compared.map(({ name }) => {
          const beside = baselines.find((each) =>
            each.identity.arm === name &&
            each.identity.seed === identity.seed &&
            subjectOf(each) === subjectOf(content)
          );
          if (beside === undefined) return MISSING;
          const accuracy = accuracyAt(beside.sizes, winner.parameters);
          return accuracy === undefined
            ? "outside"
            : `${formatAccuracy(accuracy)} (${
              formatPoints(winner.test - accuracy)
            })`;
        }),
      ]];
    }),
  );
}

/** Networks of one baseline and size, of all seeds. */
export interface SizeGroup {
  /** Of which subject. */
  readonly subject: string;
  /** The baseline. */
  readonly arm: string;
  /** Compression that was asked for. */
  readonly asked: number;
  /** Contents that have the size, with what became of it. */
  readonly found: readonly {
    readonly content: BaselineContent;
    readonly size: BaselineContent["sizes"][number];
  }[];
}

/** Networks of all baselines by subject, arm and size, in the order of the cells. */
export function sizeGroups(
  contents: readonly BaselineContent[],
): readonly SizeGroup[] {
  const all = contents.flatMap((content) =>
    content.sizes.map((size) => ({ content, size }))
  );
  const groups = Map.groupBy(all, ({ content, size }) =>
    JSON.stringify([
      subjectOf(content),
      content.identity.arm,
      size.asked,
    ]));
  return [...groups.values()].map((found) => {
    const { content, size } = found[0]!;
    return {
      subject: subjectName(content.identity.config),
      arm: content.identity.arm,
      asked: size.asked,
      found,
    };
  });
}

/**
 * The baselines' networks, a row a subject, baseline and size.
 *
 * @param contents Contents of baselines.
 */
export function sizeTable(contents: readonly BaselineContent[]): string {
  return markdownTable(
    [
      { title: "subject" },
      { title: "baseline" },
      right("asked for"),
      right("seeds"),
      right("failed"),
      right("test accuracy %"),
      right("95 % interval"),
      right("delta"),
      right("parameters"),
      right("compression"),
      right("MACs"),
    ],
    sizeGroups(contents).map(({ subject, arm, asked, found }) => {
      const tested = found.flatMap(({ content, size: { test } }) =>
        test === undefined ? [] : [{ test, delta: test - content.teacher.test }]
      );
      const summary = summarise(tested.map(({ test }) => test));
      const delta = summarise(tested.map((each) => each.delta));
      // A size is one network, whatever the seed of its training.
      const { content: { teacher }, size } = found[0]!;
      return [
        subject,
        arm,
        formatCompression(asked),
        `${found.length}`,
        `${found.length - tested.length}`,
        formatMean(summary, formatAccuracy),
        formatInterval(summary.interval, formatAccuracy),
        formatPoints(delta.mean),
        formatCount(size.parameters),
        formatCompression(teacher.parameters / size.parameters),
        formatShortCount(size.macs),
      ];
    }),
  );
}

/**
 * What the baselines cost, a row a subject and baseline.
 *
 * @param cells Cells of baselines.
 */
export function baselineCostTable(
  cells: readonly RecordedCell<BaselineContent>[],
): string {
  const groups = Map.groupBy(
    cells,
    ({ record: { deterministic } }) =>
      JSON.stringify([subjectOf(deterministic), deterministic.identity.arm]),
  );
  return markdownTable(
    [
      { title: "subject" },
      { title: "baseline" },
      right("seeds"),
      right("final trainings"),
      right("epochs"),
      right("worker-hours"),
    ],
    [...groups.values()].map((cells) => {
      const contents = cells.map(({ record }) => record.deterministic);
      const sizes = contents.flatMap(({ sizes }) => sizes);
      return [
        subjectName(contents[0]!.identity.config),
        contents[0]!.identity.arm,
        `${cells.length}`,
        formatCount(sizes.length),
        formatCount(sizes.reduce((sum, { epochs }) => sum + epochs, 0)),
        formatHours(
          cells.reduce((sum, each) => sum + each.environment.workerSeconds, 0),
        ),
      ];
    }),
  );
}
