/**
 * What tells whether an exported network is the one that was exported, and how
 * fast it predicts.
 *
 * @module
 */

import { type Clock, wallClock } from "../../cli/mod.ts";
import type { Predictor } from "../../engine/mod.ts";
import { type Latency, summariseTimes } from "../../search/mod.ts";
import { argMax } from "../../training/mod.ts";

/** Largest difference of two logits that are taken for the same. */
export const LOGIT_TOLERANCE = 1e-4;

/** How two networks' logits of the same images compare. */
export interface LogitComparison {
  /** Images. */
  readonly count: number;
  /** Largest difference of two logits; infinite where one is no number. */
  readonly largest: number;
  /** Images of which both give the same class. */
  readonly agreeing: number;
}

/**
 * Compares logits.
 *
 * @param expected `[count, classes]`
 * @param actual Likewise.
 * @param count Images, >= 1.
 */
export function compareLogits(
  expected: Float32Array,
  actual: Float32Array,
  count: number,
): LogitComparison {
  if (expected.length !== actual.length) {
    throw new RangeError(
      `Cannot compare logits: there are ${actual.length}, expected ${expected.length}`,
    );
  }
  const classes = expected.length / count;
  let largest = 0;
  expected.forEach((value, i) => {
    const difference = Math.abs(value - actual[i]!);
    largest = Math.max(
      largest,
      Number.isNaN(difference) ? Infinity : difference,
    );
  });
  let agreeing = 0;
  for (let row = 0; row < count; row++) {
    const [a, b] = [expected, actual].map((logits) =>
      argMax(logits, row * classes, classes)
    );
    if (a === b) agreeing++;
  }
  return { count, largest, agreeing };
}

/** Predictions before the first that is timed. */
const WARM_UPS = 20;

/** No predictor is timed for much longer than that. */
const MOST_MS = 20_000;

/**
 * Times predictions of one image, of several predictors in turn, so that a pause
 * of the machine meets all of them.
 *
 * @param predictors At least one.
 * @param options The image by predictor, how often, and where times come from.
 * @returns Of each, its times; of fewer runs where all together take too long.
 */
export async function timeInTurn(
  predictors: readonly Predictor[],
  { images, runs, clock = wallClock }: {
    /** An image for each, normalised, `[channels, height, width]`. */
    readonly images: readonly Float32Array[];
    readonly runs: number;
    readonly clock?: Clock;
  },
): Promise<readonly Latency[]> {
  const times: number[][] = predictors.map(() => []);
  const start = clock.monotonicMs();
  const isLate = () =>
    clock.monotonicMs() - start > MOST_MS * predictors.length;
  for (let round = -WARM_UPS; round < runs; round++) {
    for (const [i, predictor] of predictors.entries()) {
      const before = clock.monotonicMs();
      await predictor.predict(images[i]!, 1);
      if (round >= 0) times[i]!.push(clock.monotonicMs() - before);
    }
    if (round >= 0 && isLate()) break;
  }
  return times.map((each) => summariseTimes(Float64Array.from(each)));
}
