import {
  type Cell,
  type Column,
  type Format,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatInterval,
  formatMean,
  formatPaperCell,
  formatPoints,
  formatReward,
  formatShortCount,
  markdownTable,
  MISSING,
  type PaperCell,
  paperLegend,
  summarise,
} from "../../report/mod.ts";
import type { MeasuredWinner } from "../compression/content.ts";
import { PAPER_COLUMNS, paperRows } from "../compression/table.ts";
import {
  byPlan,
  contentOf,
  type PlanOutcome,
  type PlanSubject,
} from "./content.ts";
import { planTitle } from "./titles.ts";

const right = (title: string): Column => ({ title, align: "right" });

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

/** "6", "6 (1 found none)". */
function seedsOf(own: readonly PlanOutcome[]): string {
  const none = own.filter(({ student }) => student === undefined).length;
  return none === 0 ? `${own.length}` : `${own.length} (${none} found none)`;
}

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
    const besideOwn = own.flatMap((outcome) =>
      outcome.student === undefined
        ? []
        : outcome.student.test - contentOf(outcome).teacher.test
    );
    const { config } = contentOf(own[0]!).identity;
    // The teacher's row and one a stage, which another plan has none of.
    const paper = (await paperRows(config)).at(-1) ?? [];
    return {
      paper,
      cells: [
        title,
        planTitle(plan),
        seedsOf(own),
        over(own.map(({ reward }) => reward), formatReward),
        row(({ test }) => test, formatAccuracy),
        besideOwn.length === 0 ? MISSING : over(besideOwn, formatPoints),
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
