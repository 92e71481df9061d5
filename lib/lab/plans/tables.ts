/**
 * The tables of plans: what each found, the tests, what each spent, the spaces, and
 * how cost grows with depth.
 *
 * @module
 */

import { leaves } from "../../network/mod.ts";
import {
  type Cell,
  type Column,
  type Format,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatInterval,
  formatMean,
  formatNumber,
  formatPaperCell,
  formatPoints,
  formatShortCount,
  markdownTable,
  MISSING,
  type PaperCell,
  paperLegend,
  summarise,
} from "../../report/mod.ts";
import type {
  CompressionContent,
  MeasuredWinner,
} from "../compression/content.ts";
import { PAPER_COLUMNS, paperRows } from "../compression/table.ts";
import {
  STAGE_PLAN_NAMES,
  type StagePlanName,
} from "../options/stage_plans.ts";
import { ofPlan, type PlanOutcome, type PlanSubject } from "./content.ts";
import type { PlanTest } from "./decide.ts";
import { KINDS, spaceBits } from "./spaces.ts";
import { planTitle } from "./titles.ts";

const right = (title: string): Column => ({ title, align: "right" });

/** Rewards of good students differ in the third decimal. */
export function formatReward(reward: number | undefined): string {
  return formatNumber(reward, 4);
}

/** A mean over seeds, "0.97 ± 0.01 [0.96, 0.98]"; a single value as it is. */
function over(values: readonly number[], format: Format): string {
  const summary = summarise(values);
  const { interval } = summary;
  return interval === undefined
    ? format(values[0])
    : `${formatMean(summary, format)} ${formatInterval(interval, format)}`;
}

const rounded = (format: Format): Format => (value) =>
  format(value === undefined ? value : Math.round(value));

const sum = (values: readonly number[]) =>
  values.reduce((all, each) => all + each, 0);

const mean = (values: readonly number[]) => sum(values) / values.length;

const contentOf = ({ cell }: PlanOutcome): CompressionContent =>
  cell.record.deterministic;

/** A subject's outcomes by plan, the paper's first, those that there are. */
function byPlan(
  { outcomes }: PlanSubject,
): readonly (readonly [StagePlanName, readonly PlanOutcome[]])[] {
  return STAGE_PLAN_NAMES
    .map((plan) => [plan, ofPlan(outcomes, plan)] as const)
    .filter(([, own]) => own.length > 0);
}

const RESULT_COLUMNS: readonly Column[] = [
  { title: "subject" },
  { title: "network" },
  right("seeds"),
  right("final reward"),
  right("test accuracy %"),
  right("delta"),
  right("parameters"),
  right("compression"),
  right("MACs"),
];

/** A row with the paper's numbers beside it. */
interface ResultRow {
  readonly cells: readonly Cell[];
  readonly paper: readonly (PaperCell | undefined)[];
}

async function resultRows(subject: PlanSubject): Promise<readonly ResultRow[]> {
  const { title, outcomes } = subject;
  const first = contentOf(outcomes[0]!);
  const { teacher } = first;
  const [papers = []] = await paperRows(first.identity.config);
  const rows = byPlan(subject).map(async ([plan, own]): Promise<ResultRow> => {
    const students = own.flatMap(({ student }) => student ?? []);
    const row = (value: (student: MeasuredWinner) => number, format: Format) =>
      students.length === 0 ? MISSING : over(students.map(value), format);
    const { config } = contentOf(own[0]!).identity;
    // The teacher's row and one a stage, which another plan has none of.
    const paper = (await paperRows(config)).at(-1) ?? [];
    return {
      paper,
      cells: [
        title,
        planTitle(plan),
        `${own.length}`,
        over(own.map(({ reward }) => reward), formatReward),
        row(({ test }) => test, formatAccuracy),
        row(({ test }) => test - teacher.test, formatPoints),
        row(({ parameters }) => parameters, rounded(formatCount)),
        row(
          ({ parameters }) => teacher.parameters / parameters,
          formatCompression,
        ),
        row(({ macs }) => macs, formatShortCount),
      ],
    };
  });
  return [
    {
      paper: papers,
      cells: [
        title,
        "teacher",
        MISSING,
        MISSING,
        formatAccuracy(teacher.test),
        MISSING,
        formatCount(teacher.parameters),
        MISSING,
        formatShortCount(teacher.macs),
      ],
    },
    ...await Promise.all(rows),
  ];
}

/**
 * What each plan found on each subject, beside the paper's numbers where it has any.
 *
 * @param subjects At least one.
 */
export async function planTable(
  subjects: readonly PlanSubject[],
): Promise<string> {
  const rows = (await Promise.all(subjects.map(resultRows))).flat();
  const used = rows.flatMap(({ paper }) => paper.flatMap((each) => each ?? []));
  if (used.length === 0) {
    return markdownTable(RESULT_COLUMNS, rows.map(({ cells }) => cells));
  }
  const table = markdownTable(
    [...RESULT_COLUMNS, ...PAPER_COLUMNS],
    rows.map(({ cells, paper }) => [
      ...cells,
      ...PAPER_COLUMNS.map((_, column) => paper[column]).map((cell) =>
        cell === undefined ? MISSING : { markdown: formatPaperCell(cell) }
      ),
    ]),
  );
  return `${table.trimEnd()}\n\n${paperLegend(used)}\n`;
}

/** A probability with three decimals, the smallest as "< 0.001". */
export function formatP(p: number | undefined): string {
  return p !== undefined && p < 0.001 ? "< 0.001" : formatNumber(p);
}

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
      right("effect size d"),
      right("p"),
      right("p (Holm)"),
    ],
    groups.flatMap(([title, tests]) =>
      tests.map(({ plan, difference, won, effect, p, adjusted }) => [
        title,
        planTitle(plan),
        `${difference.n}`,
        `${won}`,
        formatMean(difference, formatReward),
        formatInterval(difference.interval, formatReward),
        formatNumber(effect, 2),
        formatP(p),
        formatP(adjusted),
      ])
    ),
  );
}

/** Images of all epochs of a record's rungs and final trainings. */
function finalImages({ stages, studentForwards }: CompressionContent): number {
  return studentForwards -
    sum(stages.map(({ ledger }) => ledger.studentImages));
}

/** Seconds of training threads without those of the teacher. */
function searchSeconds({ cell: { environment } }: PlanOutcome): number {
  return environment.workerSeconds - (environment.details?.teacher ?? 0);
}

/**
 * What a search of each plan spent, as means over seeds.
 *
 * @param subjects At least one.
 */
export function spentTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      { title: "plan" },
      ...[
        "proposed",
        "rejected",
        "from memory",
        "trained",
        "student-epochs",
        "student-images",
        "images of rungs and finals",
        "worker-seconds",
      ].map(right),
    ],
    subjects.flatMap((subject) =>
      byPlan(subject).map(([plan, own]) => {
        const ledgers = own.map((outcome) =>
          contentOf(outcome).stages.map(({ ledger }) => ledger)
        );
        type Counted = (typeof ledgers)[number][number];
        const total = (value: (ledger: Counted) => number) =>
          mean(ledgers.map((each) => sum(each.map(value))));
        return [
          subject.title,
          planTitle(plan),
          formatNumber(total(({ proposed }) => proposed), 1),
          formatNumber(total(({ rejected }) => rejected), 1),
          formatNumber(total(({ repeated }) => repeated), 1),
          formatNumber(total(({ trained }) => trained), 1),
          formatNumber(total(({ studentEpochs }) => studentEpochs), 1),
          formatShortCount(total(({ studentImages }) => studentImages)),
          formatShortCount(mean(own.map(contentOf).map(finalImages))),
          formatCount(Math.round(mean(own.map(searchSeconds)))),
        ];
      })
    ),
  );
}

/** Bits that the second stage of a plan has left, as a mean over seeds. */
function secondStageBits(own: readonly PlanOutcome[]): string {
  const bits = own.flatMap((outcome) =>
    contentOf(outcome).stages[1]?.bits ?? []
  );
  return bits.length === 0 ? MISSING : formatNumber(mean(bits), 1);
}

/**
 * How large the spaces are, in bits: of the teacher, and what a first stage leaves
 * for the second.
 *
 * @param subjects At least one.
 */
export function spaceTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      right("layers"),
      ...KINDS.map((kind) => right(`${kind}, a layer each`)),
      ...KINDS.map((kind) => right(`${kind}, as searched`)),
      right("shrinkage after removal"),
      right("removal after shrinkage"),
    ],
    subjects.map(({ title, outcomes }) => {
      const { identity: { config }, teacher: { network } } = contentOf(
        outcomes[0]!,
      );
      const { shrink } = config;
      const grains = ["leaf", config.space] as const;
      return [
        title,
        `${leaves(network).length}`,
        ...grains.flatMap((grain) => {
          const bits = spaceBits(network, { grain, shrink });
          return KINDS.map((kind) => formatNumber(bits[kind], 1));
        }),
        secondStageBits(ofPlan(outcomes, "removal,shrinkage")),
        secondStageBits(ofPlan(outcomes, "shrinkage,removal")),
      ];
    }),
  );
}

/**
 * What a search costs by network: means over plans and seeds.
 *
 * @param subjects At least one.
 */
export function depthTable(subjects: readonly PlanSubject[]): string {
  return markdownTable(
    [
      { title: "subject" },
      ...[
        "convolutions",
        "parameters",
        "MACs",
        "searches",
        "student-epochs",
        "worker-seconds a search",
        "a thousand images",
        "teacher's training",
      ].map(right),
    ],
    subjects.map(({ title, outcomes }) => {
      const contents = outcomes.map(contentOf);
      const { teacher } = contents[0]!;
      const convolutions = leaves(teacher.network).filter(({ layer }) =>
        layer.type === "conv"
      );
      const seconds = sum(outcomes.map(searchSeconds));
      const images = sum(contents.map((each) => each.studentForwards));
      const epochs = contents.map(({ stages }) =>
        sum(stages.map(({ ledger }) => ledger.studentEpochs))
      );
      const taught = outcomes.map(({ cell }) =>
        cell.environment.details?.teacher ?? 0
      );
      return [
        title,
        `${convolutions.length}`,
        formatCount(teacher.parameters),
        formatShortCount(teacher.macs),
        `${outcomes.length}`,
        formatNumber(mean(epochs), 1),
        formatCount(Math.round(seconds / outcomes.length)),
        formatNumber(1000 * seconds / images, 2),
        Math.max(...taught) === 0
          ? MISSING
          : formatCount(Math.round(Math.max(...taught))),
      ];
    }),
  );
}
