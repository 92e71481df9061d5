/**
 * The page on all teachers: results/teachers/README.md.
 *
 * @module
 */

import {
  type Column,
  formatAccuracy,
  formatCount,
  formatShortCount,
  markdownTable,
} from "../../report/mod.ts";
import { contentNote } from "../subject/data_options.ts";
import { pytorchSection } from "./pytorch.ts";
import type { TeacherRecord } from "./record.ts";

const COLUMNS: readonly Column[] = [
  { title: "teacher" },
  { title: "test accuracy %", align: "right" },
  { title: "validation accuracy %", align: "right" },
  { title: "parameters", align: "right" },
  { title: "MACs", align: "right" },
  { title: "epochs", align: "right" },
  { title: "engine" },
];

/** What a name ends in that was another teacher's before it was set aside. */
const ASIDE = /\.[0-9a-f]{8}$/;

/**
 * All teachers as a table, under a heading.
 *
 * @param records Their records, in the order of the rows.
 */
export function renderTeacherTable(records: readonly TeacherRecord[]): string {
  const rows = records.map(({ profile, deterministic }) => {
    const { engine, parameters, macs, evaluation, test } = deterministic;
    return [
      profile,
      formatAccuracy(test),
      formatAccuracy(evaluation.accuracy),
      formatCount(parameters),
      formatShortCount(macs),
      formatCount(evaluation.losses.length),
      `${engine.name}, ${engine.instructionSet}`,
    ];
  });
  const notes = records.flatMap(({ profile, deterministic }) => {
    const note = contentNote(deterministic.identity.data);
    return note === "" ? [] : [`\n${profile}: ${note}\n`];
  });
  if (records.some(({ profile }) => ASIDE.test(profile))) {
    notes.push(`
A name that ends in eight digits of its record's digest is that of a teacher that
was set aside: another one was trained under its name.
`);
  }
  return `# Teachers

Trained by \`deno task teacher\`, on all training images but those held out for
validation; recipes in experiments/configs/teachers.yaml. Test images were opened
once, for this table. One run each: no spread is given. Widths are shares of the
paper's; each name has a file of weights (safetensors) and a record (JSON).

${markdownTable(COLUMNS, rows)}${notes.join("")}`;
}

/**
 * The page on all teachers, as results/teachers/README.md.
 *
 * @param records Their records, at least one, in the order of the rows.
 */
export function renderTeachers(records: readonly TeacherRecord[]): string {
  return `${renderTeacherTable(records)}\n${pytorchSection(records)}`;
}
