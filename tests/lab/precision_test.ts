import assert from "node:assert/strict";
import { type Engine, PrecisionError } from "../../lib/engine/mod.ts";
import { completeConfig } from "../../lib/lab/options/compression.ts";
import { checkPrecisions } from "../../lib/lab/options/precision.ts";
import { findSubject, trainsTeacher } from "../../lib/lab/subject/subject.ts";
import { parseOptions } from "./_options.ts";

const SINGLE = { name: "onnx-cpu" } as Engine;

/** Options of the teacher that teachers.yaml has trained in bf16. */
function narrowTeacher(teacher: Readonly<Record<string, unknown>> = {}) {
  return { dataset: "cifar10", network: "resnet18", width: 0.5, teacher };
}

Deno.test("checkPrecisions() names the option when the engine computes in single precision only", () => {
  const { teacher, student, final } = completeConfig(
    parseOptions(narrowTeacher()),
  );
  assert.throws(
    () => checkPrecisions(SINGLE, { teacher, student, final }),
    new PrecisionError(
      'Cannot train in bf16 with the engine "onnx-cpu": it computes in single precision only, expected "onednn"; f32 is single precision (--teacher.precision f32; left out, it is what experiments/configs/teachers.yaml says)',
    ),
  );
  assert.throws(
    () =>
      checkPrecisions(SINGLE, {
        student,
        final: { precision: "bf16" as const },
      }),
    /f32 is single precision \(--final\.precision f32\)$/,
  );
  assert.throws(
    () => checkPrecisions(SINGLE, { student: { precision: "bf16" }, final }),
    /\(--student\.precision f32\)$/,
  );
});

Deno.test("checkPrecisions() is content when the teacher is to be trained in single precision, or not at all", () => {
  const { student, final } = completeConfig(parseOptions(narrowTeacher()));
  checkPrecisions(SINGLE, { student, final });
  const { teacher } = completeConfig(
    parseOptions(narrowTeacher({ precision: "f32" })),
  );
  checkPrecisions(SINGLE, { teacher, student, final });
});

Deno.test("trainsTeacher() is true where no recorded one is asked for", async () => {
  const results = await Deno.makeTempDir();
  try {
    const trains = async (options: Readonly<Record<string, unknown>>) =>
      trainsTeacher(
        await findSubject(completeConfig(parseOptions(options)), {
          results,
          opened: new Map(),
        }),
      );
    // The project brings it along.
    assert.equal(await trains(narrowTeacher()), false);
    assert.equal(await trains(narrowTeacher({ retrain: true })), true);
    assert.equal(await trains({ ...narrowTeacher(), validation: 4000 }), true);
  } finally {
    await Deno.remove(results, { recursive: true });
  }
});
