/**
 * How long a network takes to predict one image by itself, measured on the machine
 * at hand.
 *
 * @module
 */

import { type Clock, wallClock } from "../cli/mod.ts";
import type { Engine, TrainingPlan } from "../engine/mod.ts";
import { canonical, type Network, networkId } from "../network/mod.ts";
import { randomStream } from "../random/mod.ts";
import { initialise } from "../training/mod.ts";

/** Asks for the times of a network's predictions. Plain JSON. */
export interface LatencyRequest {
  /** What predicts. */
  readonly network: Network;
  /** Name of the engine. */
  readonly engine: string;
}

/** The times of one network's predictions, in short. */
export interface Latency {
  /** Median, in milliseconds. */
  readonly medianMs: number;
  /** First quartile, in milliseconds. */
  readonly lowMs: number;
  /** Third quartile, in milliseconds. */
  readonly highMs: number;
  /** Predictions that were timed. */
  readonly runs: number;
}

/** How times are taken. */
export interface TimingOptions {
  /** Asked after each prediction; true ends it. */
  readonly shouldStop?: () => boolean;
  /** Where times come from. */
  readonly clock?: Clock;
}

/** Predictions before the first that counts: code is compiled, caches are filled. */
const WARM_UPS = 20;

/** At least so many are timed, for a median that a few odd ones do not move. */
export const LEAST_RUNS = 51;

/**
 * A quick network is timed for so long: a pause of the system of some milliseconds
 * would otherwise be a large part of its time.
 */
const LEAST_MS = 150;

/** Of the quickest networks. */
const MOST_RUNS = 2001;

/** A program for single images; it never trains. */
const PLAN: TrainingPlan = {
  loss: { crossEntropy: 1, logitMse: 0 },
  optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
  batchSize: 1,
};

/**
 * Times the predictions of one image, one after the other on this thread. Weights
 * are fresh ones and the image is noise: what a prediction takes does not depend on
 * them, but for networks as deep as ResNet-34 on onednn. Their layers, which it may
 * merge where weights are trained, it does not merge where they are fresh, so that
 * the time told is the longer one.
 *
 * @param engine What predicts.
 * @param network The network.
 * @param options See {@link TimingOptions}.
 * @returns Milliseconds of each prediction, in order; undefined where it was asked
 * to stop.
 */
export async function timePredictions(
  engine: Engine,
  network: Network,
  { shouldStop, clock = wallClock }: TimingOptions = {},
): Promise<Float64Array | undefined> {
  const form = canonical(network);
  const owner = networkId(form);
  const [channels, height, width] = form.input;
  const random = randomStream(1, "latency");
  const image = Float32Array.from(
    { length: channels * height * width },
    () => random.normal(),
  );
  const program = await engine.compile(form, PLAN);
  try {
    program.load(initialise(form, { initialisation: "he", seed: 1, owner }));
    for (let left = WARM_UPS; left > 0; left--) {
      await program.predict(image, 1);
      if (shouldStop?.()) return undefined;
    }
    const times: number[] = [];
    let spent = 0;
    while (
      times.length < LEAST_RUNS ||
      (spent < LEAST_MS && times.length < MOST_RUNS)
    ) {
      const before = clock.monotonicMs();
      await program.predict(image, 1);
      const time = clock.monotonicMs() - before;
      times.push(time);
      spent += time;
      if (shouldStop?.()) return undefined;
    }
    return Float64Array.from(times);
  } finally {
    await program.dispose();
  }
}

/**
 * Median and quartiles of times, to a ten-thousandth of a millisecond.
 *
 * @param times In milliseconds, at least one, in any order.
 */
export function summariseTimes(times: Float64Array): Latency {
  const sorted = times.toSorted();
  /** Between order statistics by straight lines, as `quantile` of lib/report. */
  const quantile = (probability: number) => {
    const place = probability * (sorted.length - 1);
    const low = sorted[Math.floor(place)]!;
    const high = sorted[Math.ceil(place)]!;
    const value = low + (place % 1) * (high - low);
    return Math.round(value * 1e4) / 1e4;
  };
  return {
    medianMs: quantile(0.5),
    lowMs: quantile(0.25),
    highMs: quantile(0.75),
    runs: times.length,
  };
}
