/**
 * Tables of one subject: its proxies, and its students.
 *
 * @module
 */

import {
  type Cell,
  type Column,
  escapeMarkdown,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatInterval,
  formatNumber,
  formatSeconds,
  formatShortCount,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import type { CellEnvironment } from "../cells/experiment.ts";
import type {
  Agreement,
  FidelityAnalysis,
  ProxyAnalysis,
  ScoreAnalysis,
} from "./analyse_proxies.ts";
import type { FidelityContent } from "./content.ts";

const AGREEMENT: readonly Column[] = [
  { title: "Spearman, all students", align: "right" },
  { title: "Spearman, better half", align: "right" },
  { title: "pairs %, all", align: "right" },
  { title: "pairs %, better half", align: "right" },
];

const PROXY: readonly Column[] = [
  { title: "proxy" },
  { title: "start" },
  ...["images", "epochs", "statistics from"].map((title) => ({
    title,
    align: "right" as const,
  })),
  { title: "recipe" },
  ...["image passes", "seconds", "accuracy %", "spread"].map((title) => ({
    title,
    align: "right" as const,
  })),
];

/** A rank correlation: two decimals, a dash where there is none. */
export function formatRank(correlation: number | undefined): string {
  return formatNumber(correlation, 2);
}

/** A rank correlation with its interval: "0.85 [0.62, 0.94]". */
export function formatRankInterval(
  { spearman, interval }: Agreement,
): string {
  return spearman === undefined
    ? MISSING
    : `${formatRank(spearman)} ${formatInterval(interval, formatRank)}`;
}

/**
 * The proxies beside the truth, the chosen one in bold, and below them what they
 * are to be measured against.
 *
 * @param content The record's content.
 * @param options.analysis What was found.
 * @param options.details Mean seconds of a student by the proxy's name, where known.
 */
export function proxyTable(
  { chosen, images }: FidelityContent,
  { analysis, details = {} }: {
    readonly analysis: FidelityAnalysis;
    readonly details?: CellEnvironment["details"] | undefined;
  },
): string {
  const proxyRow = (each: ProxyAnalysis): readonly Cell[] => {
    const { spec, imagePasses, accuracies: { low, high } } = each;
    const isChosen = "proxy" in chosen && chosen.proxy === spec.name;
    return [
      isChosen
        ? { markdown: `**${escapeMarkdown(spec.name)}** (chosen)` }
        : spec.name,
      spec.start,
      spec.epochs === 0 ? MISSING : formatCount(spec.images || images.train),
      `${spec.epochs}`,
      spec.observe === 0 ? MISSING : formatCount(spec.observe),
      spec.epochs === 0 ? MISSING : spec.recipe,
      formatShortCount(imagePasses),
      formatSeconds(details[spec.name]),
      `${formatAccuracy(low)} to ${formatAccuracy(high)}`,
      formatAccuracy(high - low),
      ...agreementCells(each),
    ];
  };
  const reference = (label: string, agreement: readonly Cell[]) => [
    label,
    ...PROXY.slice(1).map(() => MISSING),
    ...agreement,
  ];
  return markdownTable([...PROXY, ...AGREEMENT], [
    ...analysis.proxies.map(proxyRow),
    reference("parameter count", agreementCells(analysis.parameters)),
    // By definition: a coin for every pair.
    reference("none of the above (chance)", [
      formatRank(0),
      formatRank(0),
      formatAccuracy(0.5),
      formatAccuracy(0.5),
    ]),
    reference(
      "the final training, on the proxies' images",
      agreementCells(analysis.ceiling),
    ),
  ]);
}

function agreementCells({ all, better }: ScoreAnalysis): readonly Cell[] {
  return [
    formatRankInterval(all),
    formatRankInterval(better),
    formatAccuracy(all.preference),
    formatAccuracy(better.preference),
  ];
}

/**
 * The students, the truly best first.
 *
 * @param content The record's content.
 */
export function studentTable(
  { students, proxies, teacher }: FidelityContent,
): string {
  return markdownTable(
    [
      { title: "student" },
      { title: "by" },
      ...["parameters", "compression", "MACs", "truth %"]
        .concat(proxies.map(({ name }) => name))
        .map((title) => ({ title, align: "right" as const })),
    ],
    students.toSorted((a, b) => b.truth - a.truth).map((student) => [
      student.networkId.slice(0, 8),
      student.kind,
      formatCount(student.parameters),
      formatCompression(teacher.parameters / student.parameters),
      formatShortCount(student.macs),
      formatAccuracy(student.truth),
      ...proxies.map(({ name }) =>
        formatAccuracy(student.scores[name]?.accuracy)
      ),
    ]),
  );
}
