/**
 * The table over all cells of a profile: one row a subject, arm and network, with
 * the spread over search seeds.
 *
 * @module
 */

import {
  type Cell as TableCell,
  formatAccuracy,
  formatCompression,
  formatCount,
  formatHours,
  formatInterval,
  formatMean,
  formatPaperCell,
  formatPoints,
  formatShortCount,
  markdownTable,
  MISSING,
  type PaperCell,
  paperLegend,
  summarise,
} from "../../report/mod.ts";
import { cellLinks, lackingNote } from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { teacherKey } from "../cells/origin.ts";
import { subjectKey } from "../subject/subject.ts";
import type { CompressionContent, Measured } from "./content.ts";
import { dataNote, halvingNote, startNote } from "./notes.ts";
import { scaleNote } from "./scale.ts";
import { PAPER_COLUMNS, paperRows } from "./table.ts";
import { stageLabel, subjectName } from "./titles.ts";

type Recorded = RecordedCell<CompressionContent>;

/** Cells of one subject and arm: they differ in their search seed. */
interface Group {
  readonly title: string;
  readonly arm: string;
  readonly cells: readonly Recorded[];
}

function groupsOf(cells: readonly Recorded[]): readonly Group[] {
  const groups = Map.groupBy(cells, ({ record: { deterministic } }) => {
    const { identity: { config, arm } } = deterministic;
    return JSON.stringify([subjectKey(config), arm]);
  });
  return [...groups.values()].map((cells) => {
    const { config, arm } = cells[0]!.record.deterministic.identity;
    return {
      title: subjectName(config),
      arm,
      cells,
    };
  });
}

/**
 * Forwards of a teacher that students were spared. Its look at their images serves
 * all cells whose students see the same views.
 */
function savedForwards(contents: readonly CompressionContent[]): number {
  const looks = new Map(
    contents.map(({ identity: { config }, teacher, teacherForwards }) => [
      `${teacherKey(teacher)} ${config.student.seed} ${teacherForwards}`,
      teacherForwards,
    ]),
  );
  const students = contents.reduce(
    (all, each) => all + each.studentForwards,
    0,
  );
  const teacher = [...looks.values()].reduce((all, each) => all + each, 0);
  return Math.max(0, students - teacher);
}

/** A mean over seeds, with its interval where there are several. */
function over(
  values: readonly number[],
  format: (value: number | undefined) => string,
): string {
  const summary = summarise(values);
  return values.length < 2
    ? format(values[0])
    : `${formatMean(summary, format)} ${
      formatInterval(summary.interval, format)
    }`;
}

/**
 * The networks of a group in the order of their rows; of each stage those that were
 * found. A teacher that all seeds share is one network, not many without spread.
 */
function networksOf({ cells }: Group) {
  const contents = cells.map(({ record }) => record.deterministic);
  const { stages } = contents.find(({ stages }) =>
    stages.length === Math.max(...contents.map((each) => each.stages.length))
  )!;
  return [
    {
      label: "teacher",
      found: Map.groupBy(contents, ({ teacher }) => teacherKey(teacher))
        .values().map(([of]) => ({ ours: of!.teacher, of: of! })).toArray(),
    },
    ...stages.map(({ kind }, index) => ({
      label: stageLabel(kind, index),
      found: contents.flatMap((each) => {
        const ours = each.stages[index]?.winner;
        return ours === undefined ? [] : [{ ours: ours as Measured, of: each }];
      }),
    })),
  ];
}

async function groupRows(
  group: Group,
): Promise<
  readonly {
    readonly cells: readonly TableCell[];
    readonly paper: readonly (PaperCell | undefined)[];
  }[]
> {
  const { config } = group.cells[0]!.record.deterministic.identity;
  const paper = await paperRows(config);
  return networksOf(group).map(({ label, found }, row) => {
    const isTeacher = row === 0;
    const of = (value: (each: typeof found[number]) => number) =>
      found.map(value);
    const relative = (text: string) => isTeacher ? MISSING : text;
    const none = found.length === 0;
    return {
      paper: paper[row] ?? [],
      cells: [
        group.title,
        group.arm,
        label,
        `${found.length}`,
        none ? MISSING : over(of(({ ours }) => ours.test), formatAccuracy),
        none ? MISSING : relative(
          over(of(({ ours, of }) => ours.test - of.teacher.test), formatPoints),
        ),
        none
          ? MISSING
          : over(of(({ ours }) => ours.parameters), (value) =>
            formatCount(value === undefined ? value : Math.round(value))),
        none ? MISSING : relative(
          over(
            of(({ ours, of }) => of.teacher.parameters / ours.parameters),
            formatCompression,
          ),
        ),
        none ? MISSING : over(of(({ ours }) => ours.macs), formatShortCount),
      ],
    };
  });
}

async function networkTable(groups: readonly Group[]): Promise<string> {
  const rows = (await Promise.all(groups.map(groupRows))).flat();
  const used = rows.flatMap(({ paper }) => paper.flatMap((each) => each ?? []));
  const table = markdownTable(
    [
      { title: "subject" },
      { title: "arm" },
      { title: "network" },
      { title: "seeds", align: "right" },
      { title: "test accuracy %", align: "right" },
      { title: "delta", align: "right" },
      { title: "parameters", align: "right" },
      { title: "compression", align: "right" },
      { title: "MACs", align: "right" },
      ...(used.length === 0 ? [] : PAPER_COLUMNS),
    ],
    rows.map(({ cells, paper }) => [
      ...cells,
      ...(used.length === 0 ? [] : PAPER_COLUMNS.map((_, column) => {
        const cell = paper[column];
        return cell === undefined
          ? MISSING
          : { markdown: formatPaperCell(cell) };
      })),
    ]),
  );
  return `${table.trimEnd()}\n\n${
    used.length === 0
      ? "The paper has no numbers for these networks on these data sets."
      : paperLegend(used).trimEnd()
  }\n`;
}

function costTable(groups: readonly Group[]): string {
  const rows = groups.map(({ title, arm, cells }) => {
    const ledgers = cells.flatMap(({ record }) =>
      record.deterministic.stages.map(({ ledger }) => ledger)
    );
    const contents = cells.map(({ record }) => record.deterministic);
    const sum = (values: readonly number[]) =>
      values.reduce((all, each) => all + each, 0);
    return [
      title,
      arm,
      formatCount(sum(ledgers.map(({ proposed }) => proposed))),
      formatCount(sum(ledgers.map(({ rejected }) => rejected))),
      formatCount(sum(ledgers.map(({ repeated }) => repeated))),
      formatCount(sum(ledgers.map(({ trained }) => trained))),
      formatCount(sum(ledgers.map(({ failed }) => failed))),
      formatCount(sum(ledgers.map((each) => each.studentEpochs))),
      formatShortCount(sum(ledgers.map((each) => each.studentImages))),
      formatShortCount(savedForwards(contents)),
      formatHours(sum(cells.map((each) => each.environment.workerSeconds))),
    ];
  });
  return markdownTable(
    [
      { title: "search" },
      { title: "arm" },
      ...[
        "proposed",
        "rejected",
        "from memory",
        "trained",
        "failed",
        "student-epochs",
        "student-images",
        "teacher forwards saved",
        "worker-hours",
      ].map((title) => ({ title, align: "right" as const })),
    ],
    rows,
  );
}

/**
 * The table over all cells of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "RQ1: compression".
 */
export async function compressionSummary(
  results: ProfileResults<CompressionContent>,
  title: string,
): Promise<string> {
  return `# ${title} (profile \`${results.profile}\`)

${await compressionSections(results)}`;
}

/**
 * What stands below the heading of {@link compressionSummary}.
 *
 * @param results What the profile has come to.
 */
export async function compressionSections(
  results: ProfileResults<CompressionContent>,
): Promise<string> {
  const { cells } = results;
  const groups = groupsOf(cells);
  const seeds = groups.map((group) => group.cells.length);
  const notes = groups.map(({ title, cells }) =>
    [title, scaleNote(cells[0]!.record.deterministic)] as const
  );
  const isOneNote = new Set(notes.map(([, note]) => note)).size === 1;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `There is no result yet.\n\n${missing}`;
  }
  return `${
    isOneNote
      ? notes[0]![1]
      // The first arm's, which is the one that has a policy.
      : [...new Map(notes.toReversed())].toReversed()
        .map(([title, note]) => `- ${title}: ${note}`).join("\n")
  }

${await networkTable(groups)}
${
    Math.max(...seeds) < 2
      ? "One search seed a row: no spread is given."
      : "Means over search seeds, with Student's 95 % interval where there are\nseveral."
  }
Delta is in percentage points of test accuracy against the teacher; teacher, split
and training seed are the same for all search seeds. Test images were opened once
a network, for this table.

${costTable(groups)}
Worker-hours are the time that training threads were busy with what the cells of a
row asked for, losing finalists and failed students among it; a training that
several cells share counts for each.

${
    [startNote, halvingNote, dataNote]
      .map((note) => bySubject(groups, note)).join("")
  }${missing}Cell by cell, with figures and networks:

${cellLinks(results)}
`;
}

/** A note once where it holds of all subjects, else with those that it is of. */
function bySubject(
  groups: ReturnType<typeof groupsOf>,
  noteOf: (content: CompressionContent) => string,
): string {
  const pairs = groups.flatMap(({ title, cells }) =>
    cells.map(({ record }) => [noteOf(record.deterministic), title] as const)
  );
  const titles = Map.groupBy(pairs, ([note]) => note);
  if (titles.size === 1) return pairs[0]![0];
  return [...titles].filter(([note]) => note !== "").map(([note, of]) =>
    `${[...new Set(of.map(([, title]) => title))].join("; ")}: ${note}`
  ).join("");
}
