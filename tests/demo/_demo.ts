/**
 * The committed student of the smoke profile beside a committed teacher, as the page
 * shows them, with MNIST's test images.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { dataSetFacts, type Split } from "../../lib/data/mod.ts";
import { openTestSplit } from "../../lib/data/test_split.ts";
import { type PreparedDemo, prepareDemo } from "../../lib/demo/mod.ts";
import {
  type ExportSource,
  openData,
  studentSource,
  teacherSource,
} from "../../lib/lab/mod.ts";

/** The committed results. */
export const RESULTS = fileURLToPath(new URL("../../results", import.meta.url));

/** A student that is committed with its weights. */
export const STUDENT = "rq1/smoke/mnist-vgg13-w0.125-reinforce-s1/shrinkage";

/** A teacher that is. */
export const TEACHER = "mnist-vgg13-w0.25";

/** What the page shows, and what it is made of. */
export interface Given {
  readonly prepared: PreparedDemo;
  /** Teacher and student. */
  readonly sources: readonly [ExportSource, ExportSource];
  /** The test images. */
  readonly split: Split;
}

/** Both networks and the test images. */
export async function givenDemo(): Promise<Given> {
  const teacher = await teacherSource(RESULTS, TEACHER);
  const student = await studentSource(RESULTS, STUDENT);
  const split = await openTestSplit(await openData("mnist", {}));
  const { title, shape, classes, mean, std } = dataSetFacts("mnist");
  return {
    prepared: await prepareDemo({
      teacher,
      student,
      data: { title, shape, classes, mean, std },
      tests: { count: split.count },
      note: "Another teacher's.",
    }),
    sources: [teacher, student],
    split,
  };
}
