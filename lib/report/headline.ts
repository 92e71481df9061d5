/**
 * The few numbers of a question's page that README.md opens with, read off its
 * table.
 *
 * @module
 */

import { type Cell, markdownTable } from "./table.ts";

/** Columns of the page's table that are read. */
const READ = [
  "subject",
  "arm",
  "network",
  "test accuracy %",
  "delta",
  "parameters",
  "compression",
] as const;

/** A row of it, by its column's title: markdown. */
type Row = Readonly<Record<typeof READ[number], string>>;

/** The arm that the paper is about. */
const PAPERS = "reinforce";

/** Its rows of teachers. */
const TEACHER = "teacher";

/**
 * One line a subject, in markdown: the teacher beside what the first arm's last
 * stage made of it.
 *
 * @param page A page with a table of teachers and students; undefined where none was
 * written yet.
 */
export function headlineTable(page: string | undefined): string {
  const subjects = Map.groupBy(rowsOf(page ?? ""), ({ subject }) => subject);
  if (subjects.size === 0) return "Nothing is recorded yet.\n";
  return markdownTable(
    [
      { title: "subject" },
      { title: "teacher: accuracy %", align: "right" },
      { title: "student: accuracy %", align: "right" },
      { title: "delta", align: "right" },
      { title: "student: parameters", align: "right" },
      { title: "compression", align: "right" },
    ],
    [...subjects.values()].map((rows): readonly Cell[] => {
      // The most decisive arm comes first, once it is there.
      const shown = rows.find(({ arm }) => arm === PAPERS) ?? rows[0]!;
      const own = rows.filter(({ arm }) => arm === shown.arm);
      const teacher = own.find(({ network }) => network === TEACHER);
      const student = own.at(-1)!;
      return [
        student.subject,
        teacher?.["test accuracy %"] ?? "",
        student["test accuracy %"],
        student.delta,
        student.parameters,
        student.compression,
      ].map((markdown) => ({ markdown }));
    }),
  );
}

/** The rows of the page's first table that has the columns. */
function rowsOf(page: string): readonly Row[] {
  const lines = page.split("\n");
  for (const [at, line] of lines.entries()) {
    const titles = cellsOf(line);
    if (!READ.every((title) => titles.includes(title))) continue;
    // The line below says how the columns are aligned.
    const body = lines.slice(at + 2);
    const end = body.findIndex((each) => !each.startsWith("|"));
    return body.slice(0, end < 0 ? undefined : end).map((row) => {
      const cells = cellsOf(row);
      return Object.fromEntries(
        READ.map((title) => [title, cells[titles.indexOf(title)] ?? ""]),
      ) as Row;
    });
  }
  return [];
}

/** Cells of a table's line; of any other, its text. */
function cellsOf(line: string): readonly string[] {
  return line.replace(/^\||\|$/g, "").split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
