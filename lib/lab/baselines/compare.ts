/**
 * What a search found beside what simple methods give at the same size: pairs, and
 * the test that decides.
 *
 * @module
 */

import {
  holm,
  LEAST_PAIRS,
  LEVEL,
  type PairedDifference,
  pairedDifference,
  pairsNeeded,
  wilcoxonSignedRank,
  type WilcoxonTest,
} from "../../report/mod.ts";
import type { Identity } from "../cells/identity.ts";
import { originOf } from "../cells/origin.ts";
import type { CompressionContent } from "../compression/content.ts";
import { subjectKey } from "../subject/subject.ts";
import type { BaselineContent, SizeContent } from "./content.ts";
import { BASELINE_NAMES, type BaselineName } from "./designs.ts";

/** A search's winner beside a baseline of its size. */
export interface SizePair {
  /** The winner's cell: its subject and seed. */
  readonly identity: Pick<Identity, "config" | "seed">;
  /** Test accuracy of the winner, in [0, 1]. */
  readonly search: number;
  /** Test accuracy of the baseline at the winner's parameters, in [0, 1]. */
  readonly baseline: number;
  /** Whether both had the same engine, on the same kind of processor, and teacher. */
  readonly isAlike: boolean;
}

/** A search beside one baseline, over all subjects and seeds. */
export interface BaselineComparison {
  /** The baseline. */
  readonly name: BaselineName;
  /** One a subject and search seed that both have. */
  readonly pairs: readonly SizePair[];
  /** Winners that are larger or smaller than all of the baseline's networks. */
  readonly outside: number;
  /** Winners of whose subject and seed the baseline has no record. */
  readonly lacking: number;
  /** Winner's minus baseline's accuracy, one a pair. */
  readonly difference: PairedDifference;
  /** Pairs in which the winner is the more accurate one. */
  readonly won: number;
  /** Wilcoxon's signed-rank test of the differences; left out without pairs. */
  readonly test?: WilcoxonTest;
  /** p after Holm's correction over the baselines that have six pairs or more. */
  readonly adjusted?: number;
  /**
   * Who is better; "open" where the test shows neither, "few" where so few pairs
   * could not have shown it.
   */
  readonly better: "search" | "baseline" | "open" | "few";
}

/** A search beside all baselines. */
export interface ComparedAnalysis {
  /**
   * The search that is compared, the profile's own, whether it has a record or not;
   * without baselines the first that has one; left out where there are no records.
   */
  readonly arm?: string;
  /** Its searches whose last stage found no student: they make no pair. */
  readonly fruitless: number;
  /** Those that there are records of, in the order of their names. */
  readonly baselines: readonly BaselineComparison[];
}

/** Contents of a profile, in the order of its cells. */
export interface ComparedContents {
  /** Of searches. */
  readonly searches: readonly CompressionContent[];
  /** Of baselines. */
  readonly baselines: readonly BaselineContent[];
}

/**
 * Compares the last winners of the profile's own search with every baseline.
 * Differences of all subjects are ranked together: a signed rank counts how a pair
 * came out beside other pairs, not in points, of which CIFAR-10 has ten where MNIST
 * has one.
 *
 * @param contents What there are records of.
 */
export function compareBaselines(
  { searches, baselines }: ComparedContents,
): ComparedAnalysis {
  // A baseline's record names the profile's own search, whatever --search said.
  const arm = baselines[0]?.identity.config.search ??
    searches[0]?.identity.arm;
  const own = searches.filter(({ identity }) => identity.arm === arm);
  const names = BASELINE_NAMES.filter((name) =>
    baselines.some(({ identity }) => identity.arm === name)
  );
  const found = names.map((name) => comparisonOf(name, { own, baselines }));
  // Below that nothing is tested, and there is nothing to be corrected for.
  const tested = found.filter(({ pairs }) => pairs.length >= LEAST_PAIRS);
  const adjusted = holm(tested.map(({ test }) => test!.p));
  const needed = pairsNeeded(Math.max(1, tested.length));
  return {
    ...(arm === undefined ? {} : { arm }),
    fruitless: own.filter(({ stages }) => stages.at(-1)?.winner === undefined)
      .length,
    baselines: found.map((each) => {
      const at = tested.indexOf(each);
      if (at < 0) return { ...each, better: "few" };
      return {
        ...each,
        adjusted: adjusted[at]!,
        better: each.pairs.length < needed
          ? "few"
          : betterOf(each, adjusted[at]!),
      };
    }),
  };
}

function comparisonOf(
  name: BaselineName,
  { own, baselines }: {
    readonly own: readonly CompressionContent[];
    readonly baselines: readonly BaselineContent[];
  },
): Omit<BaselineComparison, "adjusted" | "better"> {
  const pairs: SizePair[] = [];
  let [outside, lacking] = [0, 0];
  for (const content of own) {
    const { identity, stages } = content;
    const winner = stages.at(-1)?.winner;
    const beside = baselines.find((each) =>
      each.identity.arm === name && each.identity.seed === identity.seed &&
      subjectOf(each) === subjectOf({ identity })
    );
    if (winner === undefined) continue;
    if (beside === undefined) {
      lacking++;
      continue;
    }
    const baseline = accuracyAt(beside.sizes, winner.parameters);
    if (baseline === undefined) outside++;
    else {
      pairs.push({
        identity,
        search: winner.test,
        baseline,
        isAlike: originOf(beside) === originOf(content),
      });
    }
  }
  const difference = pairedDifference(
    pairs.map(({ search }) => search),
    pairs.map(({ baseline }) => baseline),
  );
  const { differences } = difference;
  return {
    name,
    pairs,
    outside,
    lacking,
    difference,
    won: differences.filter((each) => each > 0).length,
    ...(pairs.length === 0 ? {} : { test: wilcoxonSignedRank(differences) }),
  };
}

function betterOf(
  { test }: Pick<BaselineComparison, "test">,
  p: number,
): BaselineComparison["better"] {
  if (p >= LEVEL) return "open";
  const { n, statistic } = test!;
  return statistic > n * (n + 1) / 4 ? "search" : "baseline";
}

/** What tells subjects apart. */
export function subjectOf(
  { identity: { config } }: { readonly identity: Pick<Identity, "config"> },
): string {
  return subjectKey(config);
}

/**
 * Test accuracy of a baseline at a number of parameters: linear in their logarithm
 * between the two sizes around it.
 *
 * @param sizes The baseline's networks, in any order; failed ones are passed over.
 * @param parameters Where, >= 1.
 * @returns In [0, 1]; undefined beyond the largest or smallest network.
 */
export function accuracyAt(
  sizes: readonly Pick<SizeContent, "parameters" | "test">[],
  parameters: number,
): number | undefined {
  const known = sizes.flatMap(({ parameters, test }) =>
    test === undefined ? [] : [{ parameters, test }]
  ).toSorted((a, b) => a.parameters - b.parameters);
  const above = known.findIndex((each) => each.parameters >= parameters);
  const [low, high] = [known[above - 1], known[above]];
  if (high?.parameters === parameters) return high.test;
  if (low === undefined || high === undefined) return undefined;
  const share = Math.log(parameters / low.parameters) /
    Math.log(high.parameters / low.parameters);
  return low.test + share * (high.test - low.test);
}
