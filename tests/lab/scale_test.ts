import assert from "node:assert/strict";
import {
  completeConfig,
  type CompressionContent,
  METHODS,
  scaleNote,
  stagesOf,
  teacherScale,
} from "../../lib/lab/mod.ts";
import { parseOptions } from "./_options.ts";

/** What is said of the paper's method with other options. */
function noteOf(options: Readonly<Record<string, unknown>> = {}): string {
  const { student, removal, ...paper } = METHODS.paper;
  const config = completeConfig(parseOptions({
    ...paper,
    ...options,
    student: { ...student, ...(options.student as object | undefined) },
    removal: { ...removal, ...(options.removal as object | undefined) },
  }));
  return scaleNote({
    identity: { config },
    stages: stagesOf(config.stages).map((kind) => ({ kind })),
  } as unknown as CompressionContent);
}

const OURS = "**Laptop-scale numbers, not the paper's:** ours is";
const LENGTH = "100 + 100 iterations, 5 epochs on all images a student";

Deno.test("scaleNote() names what is not the paper's, and nothing else", () => {
  assert.equal(noteOf(), `The paper's scale: full width, ${LENGTH}.`);
  const cases = [
    [{ width: 0.5 }, `a narrower teacher (width 0.5 of the paper's)`],
    [{ width: 2 }, `a wider teacher (width 2 of the paper's)`],
    [{ teacher: { file: "a.onnx" } }, "a teacher trained elsewhere"],
  ] as const;
  for (const [options, part] of cases) {
    assert.equal(noteOf(options), `${OURS} ${part}; the search has ${LENGTH}.`);
  }
  assert.equal(
    noteOf({ images: 10_000 }),
    `${OURS} 10,000 images for the teacher and final trainings; the search has 100 + 100 iterations, 5 epochs on 10,000 images a student.`,
  );
  assert.equal(
    noteOf({ removal: { iterations: 5 } }),
    `${OURS} a shorter search (5 + 100 iterations, 5 epochs on all images a student).`,
  );
  assert.equal(
    noteOf({ removal: { budget: 500 } }),
    `${OURS} a shorter search (${LENGTH}).`,
  );
  // As many student-epochs as the paper's stage has: no limit.
  assert.match(noteOf({ removal: { budget: 2_500 } }), /^The paper's scale/);
  assert.equal(
    noteOf({ width: 0.125, images: 10_000, student: { images: 1_000 } }),
    `${OURS} a narrower teacher (width 0.125 of the paper's), 10,000 images for the teacher and final trainings and a search on fewer images (100 + 100 iterations, 5 epochs on 1,000 images a student).`,
  );
});

Deno.test("teacherScale() knows no width of a file", () => {
  assert.equal(teacherScale({ network: "vgg13", width: 1 }), "as wide");
  assert.equal(
    teacherScale({ network: "vgg13", width: 0.25 }),
    "narrower (width 0.25 of the paper's)",
  );
  assert.equal(
    teacherScale({ network: "file:a", width: 1 }),
    "trained elsewhere",
  );
});
