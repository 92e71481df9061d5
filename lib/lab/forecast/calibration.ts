/**
 * How fast this machine trains, measured once for an engine and a number of
 * workers and kept in the run store. No result depends on it.
 *
 * @module
 */

import { z } from "zod";
import {
  describeEnvironment,
  readPathVariable,
  UsageError,
} from "../../cli/mod.ts";
import { countMacs } from "../../network/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import {
  type CostModel,
  type EngineIdentity,
  engineIdentity,
  fitImageCost,
} from "../../search/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { Measured, Timed } from "./calibration_worker.ts";
import { PROBES } from "./calibration_networks.ts";

/** Names a file to take in the place of a measurement. */
const VARIABLE = "N2N_CALIBRATION";

/** Raised when another measurement would be kept. */
const CALIBRATION_FORMAT = 2;

/** Costs of a thread. */
export interface Calibration {
  /** While nothing else runs: the teacher's training. */
  readonly alone: CostModel;
  /** While as many threads as workers train: students. */
  readonly together: CostModel;
}

const cost = z.number().min(0);
const work = z.looseObject({ image: cost, mac: cost, activation: cost });
const model = z.looseObject({
  compile: cost,
  training: work,
  prediction: work,
});
const calibrationSchema = z.looseObject({ alone: model, together: model });

/** What the speed depends on. */
export interface CalibrationOptions {
  /** The engine. */
  readonly engine: EngineIdentity;
  /** Students trained at a time, >= 1. */
  readonly workers: number;
}

/** Measures the probes on some threads at once. */
async function measure(
  engine: string,
  threads: number,
): Promise<CostModel> {
  const url = new URL("./calibration_worker.ts", import.meta.url);
  const workers = Array.from(
    { length: threads },
    () => new Worker(url, { type: "module" }),
  );
  try {
    // All are loaded before the first begins: loading is no training.
    await Promise.all(workers.map((worker) => answerOf(worker, { engine })));
    const answers = await Promise.all(
      workers.map((worker) => answerOf<Timed>(worker, "measure")),
    );
    const all = answers.map(({ probes }) => probes);
    const { channelBlock } = answers[0]!;
    // A slow engine is timed on the first probe only.
    const timed = PROBES.slice(0, Math.min(...all.map(({ length }) => length)));
    const mean = (value: (measured: Measured) => number, probe: number) =>
      all.reduce((sum, each) => sum + value(each[probe]!), 0) / threads;
    const cost = (value: (measured: Measured) => number) =>
      timed.length === 1
        ? {
          image: 0,
          mac: mean(value, 0) / countMacs(timed[0]!),
          activation: 0,
        }
        : fitImageCost(
          timed.map((network, probe) => ({
            network,
            secondsPerImage: mean(value, probe),
          })),
          channelBlock,
        );
    return {
      compile: timed.reduce(
        (sum, _, probe) => sum + mean(({ compile }) => compile, probe),
        0,
      ) / timed.length,
      training: cost(({ training }) => training),
      prediction: cost(({ prediction }) => prediction),
    };
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function answerOf<Answer>(worker: Worker, question: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data as Answer);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(question);
  });
}

/** Measures now, in a few seconds, and keeps nothing. */
export async function calibrate(
  { engine, workers }: CalibrationOptions,
): Promise<Calibration> {
  const alone = await measure(engine.name, 1);
  return {
    alone,
    together: workers === 1 ? alone : await measure(engine.name, workers),
  };
}

/** Key of a calibration: a machine, an engine, a number of workers. */
async function keyOf(
  { engine, workers }: CalibrationOptions,
): Promise<string> {
  const { cpu, cores, os, arch } = await describeEnvironment();
  return `calibration/${
    sha256Hex(canonicalJson({
      format: CALIBRATION_FORMAT,
      machine: { cpu: cpu ?? "unknown", cores, os, arch },
      engine: engineIdentity(engine),
      workers,
    }))
  }`;
}

/**
 * A calibration that was kept earlier; before it goes the file that the
 * environment variable N2N_CALIBRATION names, for machines on which nothing is to
 * be measured.
 */
export async function storedCalibration(
  store: Store,
  options: CalibrationOptions,
): Promise<Calibration | undefined> {
  const named = await namedCalibration();
  if (named !== undefined) return named;
  const text = store.getEvaluation(await keyOf(options));
  return text === undefined ? undefined : JSON.parse(text) as Calibration;
}

/** Ours have half a kilobyte. */
const MAX_BYTES = 2 ** 16;

/**
 * The calibration in the file that the environment variable N2N_CALIBRATION names,
 * undefined where it names none.
 *
 * @throws {UsageError} If the file is not there, or no calibration.
 */
export async function namedCalibration(): Promise<Calibration | undefined> {
  const file = readPathVariable(VARIABLE, "file");
  if (file === undefined) return undefined;
  try {
    const { size } = await Deno.stat(file);
    if (size > MAX_BYTES) {
      throw new SyntaxError(`${size} bytes, expected at most ${MAX_BYTES}`);
    }
    const value: unknown = JSON.parse(await Deno.readTextFile(file));
    return calibrationSchema.parse(value) as unknown as Calibration;
  } catch (error) {
    const isFault = error instanceof SyntaxError ||
      error instanceof z.ZodError || error instanceof Error && "code" in error;
    if (!isFault) throw error;
    throw new UsageError(
      `${VARIABLE} "${file}": expected the file of a calibration (${
        error instanceof z.ZodError ? z.prettifyError(error) : error.message
      })`,
      { cause: error },
    );
  }
}

/**
 * The calibration of this machine, measured at its first use.
 *
 * @param store Where it is kept.
 * @param options See {@link CalibrationOptions}.
 * @param onMeasure Called before it is measured.
 */
export async function calibrationOf(
  store: Store,
  options: CalibrationOptions,
  onMeasure: () => void,
): Promise<Calibration> {
  const known = await storedCalibration(store, options);
  if (known !== undefined) return known;
  onMeasure();
  const measured = await calibrate(options);
  store.putEvaluation(await keyOf(options), JSON.stringify(measured));
  return measured;
}
