/**
 * What training in bfloat16 does to a search: whether it ranks students as
 * single precision does, and what final trainings come to. Nothing is timed.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import { countParameters, describe } from "../../lib/network/mod.ts";
import type { PrecisionSection } from "../report/mod.ts";
import { openScorer, type Training } from "../search/scored.ts";
import { type BenchContext, SectionSkipped } from "./context.ts";

const OF_EACH_STAGE = 10;
const SEEDS = [1, 2, 3] as const;
const WORKERS = 2;
const ENGINE = "onednn";

/** Trains everything twice. */
export async function measurePrecision(
  { machine, contenders }: BenchContext,
): Promise<PrecisionSection> {
  const contender = contenders.find(({ id }) => id === `${ENGINE}-bf16`);
  if (contender === undefined) {
    throw new SectionSkipped(
      `${ENGINE} does not compute in bfloat16 here, or was not asked for`,
    );
  }
  const scorer = await openScorer(ENGINE, WORKERS);
  const students = scorer.students(OF_EACH_STAGE);
  const progress = createProgress({
    label: "precision",
    total: 2 * (students.length + SEEDS.length),
    unit: "trainings",
  });
  /** In both precisions, one after the other or side by side. */
  async function both(
    student: typeof students[number],
    training: Training,
  ): Promise<{ readonly f32: number; readonly bf16: number }> {
    const { recipe } = training;
    const [f32, bf16] = await Promise.all(
      [recipe, { ...recipe, precision: "bf16" } as const].map(
        async (recipe) => {
          const accuracy = await scorer.score(student, { ...training, recipe });
          progress.advance();
          return accuracy;
        },
      ),
    );
    return { f32: f32!, bf16: bf16! };
  }
  try {
    const scores = await Promise.all(
      students.map((student) =>
        both(student, { recipe: scorer.short, isFinal: false, seed: 1 })
      ),
    );
    // A student as a search may end with: the best of the smaller half.
    const order = students.map((_, i) => i).sort((a, b) =>
      countParameters(students[a]!.network) -
      countParameters(students[b]!.network)
    );
    const chosen = order.slice(0, order.length / 2).reduce((a, b) =>
      scores[b]!.f32 > scores[a]!.f32 ? b : a
    );
    const finals = await Promise.all(
      SEEDS.map((seed) =>
        both(students[chosen]!, { recipe: scorer.final, isFinal: true, seed })
      ),
    );
    const named = (i: number) => ({
      description: describe(students[i]!.network),
      parameters: countParameters(students[i]!.network),
    });
    return {
      machine,
      version: contender.version,
      students: scores.map((score, i) => ({ ...named(i), ...score })),
      finals: {
        ...named(chosen),
        epochs: scorer.final.epochs,
        f32: finals.map(({ f32 }) => f32),
        bf16: finals.map(({ bf16 }) => bf16),
      },
    };
  } finally {
    progress.finish();
    await scorer.close();
  }
}
