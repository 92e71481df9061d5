/**
 * What the measurements say about the project's targets, in sentences.
 *
 * @module
 */

import { formatNumber } from "../../lib/report/mod.ts";
import { BENCH_NETWORKS } from "../networks.ts";
import { geometricMean, median } from "../statistics.ts";
import type { Bench, StepSection } from "./format.ts";
import { queueRatio } from "./queue.ts";
import { workerRatios } from "./search.ts";
import { formatMemory, formatWhole, percent, times } from "./text.ts";
import { hasBf16 } from "../processor.ts";
import { WIDE_TEACHER } from "../wide_teacher.ts";
import {
  bestPyTorch,
  bestSinglePyTorch,
  nominalGflops,
  ofPeak,
  overheadShare,
  plainPyTorch,
  predictionRatio,
  speedup,
} from "./view.ts";

/** Targets. Ratios are of speeds. */
export const TARGETS = {
  /**
   * onednn / best PyTorch in single precision: geometric mean over the networks,
   * and on each; where there are no vectors of 512 bits, the mean alone.
   */
  onednnMean: 1.5,
  onednnEach: 1.25,
  onednnNarrow: 1.25,
  /** onednn in bfloat16 / best PyTorch of any precision, likewise. */
  bf16Mean: 1.3,
  bf16Each: 1.1,
  /** Images/s of predictions / of steps, onednn, on each network. */
  predictions: 3.5,
  /** Nominal rate of onednn on ResNet-18, width 64 / SGEMM. */
  peak: 1,
  /** onnx-cpu / PyTorch as it comes and / its best, geometric means. */
  onnxPlain: 1,
  onnxBest: 0.6,
  /** Students an hour with two workers / with one. */
  workers: 1.9,
  /** Share of TypeScript, FFI and allocation in a step of onednn: below. */
  overhead: 0.03,
  /** Peak of a laptop search with two workers, teacher of width 32: at most. */
  searchBytes: 2 ** 30,
  /** Milliseconds that a queue on loopback adds to a training: half have less. */
  queueMs: 10,
  /** Students an hour of two workers of a queue / of the pool of two. */
  queueShare: 0.95,
  /** Seconds from a worker's death until another has its job: always less. */
  restartSeconds: 45,
} as const;

/**
 * What became of a target; "open" when not all that it asks for was measured,
 * "disturbed" when it was while others used the machine.
 */
export type Verdict = "met" | "missed" | "open" | "disturbed";

/** One sentence about one target. */
export interface Conclusion {
  /** What was found. */
  readonly finding: string;
  /** What was wanted. */
  readonly target: string;
  /** Whether it is so. */
  readonly verdict: Verdict;
}

function conclusion(
  finding: string,
  target: string,
  holds: boolean | undefined,
): Conclusion {
  const verdict = holds === undefined ? "open" : holds ? "met" : "missed";
  return { finding, target, verdict };
}

/** All of them, in a fixed order. */
export function conclusions(bench: Bench): readonly Conclusion[] {
  return [
    onednnSpeed(bench),
    ...bf16Speed(bench),
    onnxSpeed(bench, "plain"),
    onnxSpeed(bench, "best"),
    peakRate(bench),
    ...workers(bench),
    overhead(bench),
    predictionSpeed(bench),
    searchMemory(bench),
    ...queueTargets(bench),
  ];
}

/** How one of ours stands beside a rival on a network. */
export interface Speedup {
  /** The network's. */
  readonly title: string;
  /** Of speeds. */
  readonly ratio: number;
}

/** An engine's speedups over one PyTorch a network, where both were measured. */
export function speedups(
  section: StepSection | undefined,
  id: string,
  rival: typeof bestPyTorch,
): readonly Speedup[] {
  return section?.networks.flatMap((network) => {
    const ratio = speedup(network, id, rival(section, network));
    return ratio === undefined ? [] : [{ title: network.title, ratio }];
  }) ?? [];
}

function meanOf(found: readonly Speedup[]): number {
  return geometricMean(found.map(({ ratio }) => ratio));
}

function leastOf(
  found: readonly Speedup[],
): Speedup {
  return found.reduce((a, b) => b.ratio < a.ratio ? b : a);
}

/** A target over the networks is judged when all of them were measured. */
function areAll(found: readonly unknown[]): boolean {
  return found.length === BENCH_NETWORKS.length;
}

/** How one of ours stands beside its rivals on all networks. */
function beside(
  { step }: Bench,
  id: string,
  { name, rival, rivals, mean, each, note = "" }: {
    readonly name: string;
    readonly rival: typeof bestPyTorch;
    readonly rivals: string;
    readonly mean: number;
    readonly each?: number;
    /** What is to be said besides. */
    readonly note?: string;
  },
): Conclusion {
  const target =
    `at least ${mean}x as geometric mean over ${BENCH_NETWORKS.length} networks${
      each === undefined ? "" : `, ${each}x on each`
    }`;
  const found = speedups(step, id, rival);
  if (found.length === 0) {
    return conclusion(
      `${name} beside PyTorch: not measured`,
      target,
      undefined,
    );
  }
  const least = leastOf(found);
  const holds = meanOf(found) >= mean && least.ratio >= (each ?? 0);
  return conclusion(
    `${name} trains ${
      times(meanOf(found))
    } as fast as ${rivals} of each network (geometric mean over ${found.length}), ${
      times(least.ratio)
    } at least (${least.title})${note}`,
    target,
    areAll(found) ? holds : undefined,
  );
}

function onednnSpeed(bench: Bench): Conclusion {
  const isNarrow = bench.step?.machine.processor?.vectors === "avx2";
  return beside(bench, "onednn", {
    name: "onednn",
    rival: bestSinglePyTorch,
    rivals: "the best PyTorch setting in single precision",
    ...(isNarrow
      ? { mean: TARGETS.onednnNarrow }
      : { mean: TARGETS.onednnMean, each: TARGETS.onednnEach }),
  });
}

/** Nothing where the processor is known to lack such products. */
function bf16Speed(bench: Bench): readonly Conclusion[] {
  const processor = bench.step?.machine.processor;
  if (processor !== undefined && !hasBf16(processor)) return [];
  const single = speedups(bench.step, "onednn", bestPyTorch);
  return [beside(bench, "onednn-bf16", {
    ...(single.length === 0 ? {} : {
      note: `; in single precision ${times(meanOf(single))} as fast as these, ${
        times(leastOf(single).ratio)
      } at least`,
    }),
    name: "onednn in bfloat16",
    rival: bestPyTorch,
    rivals: "the best PyTorch setting of any precision",
    mean: TARGETS.bf16Mean,
    each: TARGETS.bf16Each,
  })];
}

function predictionSpeed({ step }: Bench): Conclusion {
  const target = `at least ${TARGETS.predictions}x on each network`;
  const found = step?.networks.flatMap((network) => {
    const ratio = predictionRatio(step, network, "onednn");
    return ratio === undefined ? [] : [{ title: network.title, ratio }];
  }) ?? [];
  if (found.length === 0) {
    return conclusion(
      "Predictions of onednn beside its training: not measured",
      target,
      undefined,
    );
  }
  const least = leastOf(found);
  const holds = least.ratio >= TARGETS.predictions;
  return conclusion(
    `onednn predicts at least ${
      times(least.ratio)
    } as many images a second as it trains (${least.title})`,
    target,
    areAll(found) || !holds ? holds : undefined,
  );
}

function onnxSpeed({ step }: Bench, kind: "plain" | "best"): Conclusion {
  const [rival, wanted, name] = kind === "plain"
    ? [plainPyTorch, TARGETS.onnxPlain, "PyTorch as it comes"] as const
    : [
      bestSinglePyTorch,
      TARGETS.onnxBest,
      "the best PyTorch setting in single precision",
    ] as const;
  const target = `at least ${wanted.toFixed(1)}x as geometric mean`;
  const found = speedups(step, "onnx-cpu", rival);
  if (found.length === 0) {
    return conclusion(
      `onnx-cpu beside ${name}: not measured`,
      target,
      undefined,
    );
  }
  const [mean, least] = [meanOf(found), leastOf(found)];
  return conclusion(
    `onnx-cpu trains ${
      times(mean)
    } as fast as ${name} (geometric mean over ${found.length}), ${
      times(least.ratio)
    } at least (${least.title})`,
    target,
    areAll(found) ? mean >= wanted : undefined,
  );
}

function peakRate({ step }: Bench): Conclusion {
  const target = "above the library's SGEMM on one thread";
  const network = step?.networks.find(({ name }) => name === "resnet18-64");
  const ratio = step && network && ofPeak(step, network, "onednn");
  if (ratio === undefined) {
    return conclusion(
      "Nominal rate of onednn on ResNet-18, width 64: not measured",
      target,
      undefined,
    );
  }
  const rate = median(nominalGflops(step!, network!, "onednn")!);
  return conclusion(
    `ResNet-18, width 64, trains on onednn at a nominal ${
      formatWhole(rate)
    } GFLOP/s, ${times(ratio)} the SGEMM rate`,
    target,
    ratio > TARGETS.peak,
  );
}

function workers({ search }: Bench): readonly Conclusion[] {
  const target = `at least ${TARGETS.workers}x while workers are busy`;
  if (search === undefined) {
    return [
      conclusion("Two workers beside one: not measured", target, undefined),
    ];
  }
  const whole = workerRatios(search, "iterations");
  return workerRatios(search, "busy").map(({ name, ratio }, i) =>
    conclusion(
      `Two workers train ${
        times(ratio)
      } as many students an hour as one with ${name} (${
        times(whole[i]!.ratio)
      } with the wait at each iteration's end)`,
      target,
      ratio >= TARGETS.workers,
    )
  );
}

function overhead({ step }: Bench): Conclusion {
  const target = `under ${100 * TARGETS.overhead} % on each network`;
  const found =
    step?.networks.flatMap(({ title, overhead }) =>
      overhead === undefined ? [] : [{ title, share: overheadShare(overhead) }]
    ) ?? [];
  if (found.length === 0) {
    return conclusion(
      "TypeScript, FFI and allocation in a step of onednn: not measured",
      target,
      undefined,
    );
  }
  const most = found.reduce((a, b) => b.share > a.share ? b : a);
  const holds = most.share < TARGETS.overhead;
  return conclusion(
    `TypeScript, FFI and allocation take at most ${
      percent(most.share)
    } of a step of onednn (${most.title})`,
    target,
    // One network above the limit is enough to miss it.
    areAll(found) || !holds ? holds : undefined,
  );
}

function searchMemory({ memory }: Bench): Conclusion {
  const target = `at most ${
    formatMemory(TARGETS.searchBytes)
  } with a teacher of width 32`;
  const found = memory?.searches ?? [];
  if (found.length === 0) {
    return conclusion(
      "Peak memory of a laptop search with two workers: not measured",
      target,
      undefined,
    );
  }
  const list = found.map(({ engine, bytes }) =>
    `${formatMemory(bytes)} with ${engine}`
  );
  // Older measurements are of a narrower teacher.
  const isWide = memory!.command.includes(WIDE_TEACHER);
  return conclusion(
    `A laptop search with two workers${
      isWide ? " and a teacher of width 32" : ""
    } needs at most ${list.join(", ")}`,
    target,
    isWide
      ? found.every(({ bytes }) => bytes <= TARGETS.searchBytes)
      : undefined,
  );
}

function queueTargets({ queue }: Bench): readonly Conclusion[] {
  const { queueMs, queueShare, restartSeconds } = TARGETS;
  const targets = [
    `at most ${queueMs} ms for half of them`,
    `at least ${queueShare}x`,
    `within ${restartSeconds} s`,
  ] as const;
  if (queue === undefined) {
    return [
      "What a queue adds to a training: not measured",
      "Two workers of a queue beside the pool of two: not measured",
      "A dead worker's job: not measured",
    ].map((finding, i) => conclusion(finding, targets[i]!, undefined));
  }
  const added = median(queue.added.queue.map(({ p50 }) => p50));
  // Its messages go through four processes: each waits for its turn on a busy machine.
  const turns = 4 * queue.rounds;
  const judge = (each: Conclusion): Conclusion =>
    2 * queue.disturbed > turns ? { ...each, verdict: "disturbed" } : each;
  const share = queueRatio(queue);
  const longest = Math.max(...queue.restarts);
  return [
    judge(conclusion(
      `A queue on this machine adds ${
        formatNumber(added, 1)
      } ms to a training (median)`,
      targets[0],
      added <= queueMs,
    )),
    judge(conclusion(
      `Two workers of a queue train ${
        times(share)
      } as many students an hour as the pool of two while they are busy`,
      targets[1],
      share >= queueShare,
    )),
    conclusion(
      `A dead worker's job goes on with another one after ${
        formatNumber(longest, 0)
      } s at most`,
      targets[2],
      longest <= restartSeconds,
    ),
  ];
}
