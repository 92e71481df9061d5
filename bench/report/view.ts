/**
 * What the step section says about one network, as tables and conclusions ask
 * it.
 *
 * @module
 */

import { median, medianRatio } from "../statistics.ts";
import type { Overhead, StepNetwork, StepSection } from "./format.ts";

/** One of the section's contenders. */
export type StepContender = StepSection["contenders"][number];

/** End of the id of a PyTorch that nobody tuned. */
const AS_IT_COMES = "/default";

/** Milliseconds of a step, one a round; undefined where it was not measured. */
export function timesOf(
  { milliseconds }: StepNetwork,
  id: string,
): readonly number[] | undefined {
  return milliseconds[id];
}

/** Images a second, one a round, where each time is that of so many images. */
export function ratesOf(
  images: number,
  milliseconds: readonly number[],
): readonly number[] {
  return milliseconds.map((ms) => 1000 * images / ms);
}

/** The quickest by its median among those that were measured. */
function quickest(
  network: StepNetwork,
  contenders: readonly StepContender[],
): StepContender | undefined {
  return contenders
    .filter(({ id }) => timesOf(network, id) !== undefined)
    .toSorted((a, b) =>
      median(timesOf(network, a.id)!) - median(timesOf(network, b.id)!)
    )[0];
}

/** The quickest of all PyTorch settings on this network, whatever they compute in. */
export function bestPyTorch(
  { contenders }: StepSection,
  network: StepNetwork,
): StepContender | undefined {
  return quickest(network, contenders.filter(({ kind }) => kind === "pytorch"));
}

/** The quickest of those that compute in single precision. */
export function bestSinglePyTorch(
  { contenders }: StepSection,
  network: StepNetwork,
): StepContender | undefined {
  return quickest(
    network,
    contenders.filter(({ kind, precision }) =>
      kind === "pytorch" && precision === "f32"
    ),
  );
}

/** The rival of one of ours: of any precision for who computes in a narrow one. */
export function rivalOf(
  section: StepSection,
  network: StepNetwork,
  { precision }: StepContender,
): StepContender | undefined {
  return precision === "f32"
    ? bestSinglePyTorch(section, network)
    : bestPyTorch(section, network);
}

/** The quickest PyTorch that nobody tuned. */
export function plainPyTorch(
  { contenders }: StepSection,
  network: StepNetwork,
): StepContender | undefined {
  return quickest(
    network,
    contenders.filter(({ id, kind }) =>
      kind === "pytorch" && id.endsWith(AS_IT_COMES)
    ),
  );
}

/** How many times as fast one is as another; undefined where one was not measured. */
export function speedup(
  network: StepNetwork,
  id: string,
  other: StepContender | undefined,
): number | undefined {
  const own = timesOf(network, id);
  const theirs = other && timesOf(network, other.id);
  return own && theirs && medianRatio(theirs, own);
}

/** Images/s of predictions / of training steps; undefined where one was not measured. */
export function predictionRatio(
  { batchSize, predictions }: StepSection,
  { milliseconds, predictionMs }: StepNetwork,
  id: string,
): number | undefined {
  const steps = milliseconds[id];
  const predicting = predictionMs[id];
  return steps && predicting &&
    medianRatio(steps, predicting) * predictions / batchSize;
}

/** Nominal operations a second in GFLOP/s, one a round. */
export function nominalGflops(
  section: StepSection,
  network: StepNetwork,
  id: string,
): readonly number[] | undefined {
  const times = timesOf(network, id);
  return times &&
    ratesOf(section.batchSize, times).map((rate) => rate * network.flops / 1e9);
}

/** Nominal rate as a multiple of the machine's SGEMM. */
export function ofPeak(
  section: StepSection,
  network: StepNetwork,
  id: string,
): number | undefined {
  const rates = nominalGflops(section, network, id);
  return rates && network.peakGflops.length === rates.length
    ? medianRatio(rates, network.peakGflops)
    : undefined;
}

/**
 * The share of a step outside of primitives and WASM kernels: TypeScript,
 * allocation and garbage collection, and the crossings to native code. An upper
 * bound, for the clocks' own time is in it.
 */
export function overheadShare(
  { totalMs, nativeMs, wasmMs, calls, callNs }: Overhead,
): number {
  const crossings = calls * callNs / 1e6;
  return Math.min(1, (totalMs - nativeMs - wasmMs + crossings) / totalMs);
}
