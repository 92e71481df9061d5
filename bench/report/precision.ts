/**
 * What bfloat16 does to scores.
 *
 * @module
 */

import {
  formatCount,
  formatNumber,
  markdownTable,
  spearman,
} from "../../lib/report/mod.ts";
import type { PrecisionSection } from "./format.ts";
import { machineLine } from "./text.ts";

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Spearman's rank correlation of the students' scores; undefined where all are equal. */
export function scoreCorrelation(
  { students }: PrecisionSection,
): number | undefined {
  return spearman(
    students.map(({ f32 }) => f32),
    students.map(({ bf16 }) => bf16),
  );
}

/** Mean difference of the final trainings, bf16 - f32, in percentage points. */
export function finalDifference({ finals }: PrecisionSection): number {
  return 100 * (mean(finals.bf16) - mean(finals.f32));
}

/** The section. */
export function renderPrecision(section: PrecisionSection): string {
  const { machine, version, students, finals } = section;
  const correlation = scoreCorrelation(section);
  const accuracy = (value: number) => formatNumber(100 * value, 2);
  return [
    "## Scores in bfloat16\n",
    `Students of VGG-13 on MNIST (width 16), drawn from both stages' spaces, trained as RQ1's laptop search trains them, in single precision and in bfloat16 (${version}); accuracy on its validation images. Spearman's rank correlation of the scores of ${students.length} students: ${
      correlation === undefined ? "–" : formatNumber(correlation, 3)
    }. Final trainings of one student (${finals.epochs} epochs, ${finals.f32.length} seeds): ${
      accuracy(mean(finals.f32))
    } % in single precision, ${accuracy(mean(finals.bf16))} % in bfloat16, ${
      formatNumber(finalDifference(section), 2)
    } points apart.\n`,
    `${machineLine(machine)}\n`,
    markdownTable(
      [
        { title: "student" },
        ...["parameters", "f32 %", "bf16 %"].map((title) => ({
          title,
          align: "right" as const,
        })),
      ],
      students.toSorted((a, b) => a.parameters - b.parameters).map((
        student,
      ) => [
        { markdown: `\`${student.description}\`` },
        formatCount(student.parameters),
        accuracy(student.f32),
        accuracy(student.bf16),
      ]),
    ),
    `Final trainings of \`${finals.description}\`, a seed a row.\n`,
    markdownTable(
      [
        { title: "seed", align: "right" },
        { title: "f32 %", align: "right" },
        { title: "bf16 %", align: "right" },
      ],
      finals.f32.map((f32, i) => [
        String(i + 1),
        accuracy(f32),
        accuracy(finals.bf16[i]!),
      ]),
    ),
  ].join("\n");
}
