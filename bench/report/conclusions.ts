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
import {
  bestPyTorch,
  nominalGflops,
  ofPeak,
  overheadShare,
  plainPyTorch,
  speedup,
} from "./view.ts";

/** Targets. Ratios are of speeds. */
export const TARGETS = {
  /** onednn / best PyTorch: geometric mean over the networks, and on each. */
  onednnMean: 1.5,
  onednnEach: 1.25,
  /** Nominal rate of onednn on ResNet-18, width 64 / SGEMM. */
  peak: 1,
  /** onnx-cpu / PyTorch as it comes and / its best, geometric means. */
  onnxPlain: 1,
  onnxBest: 0.6,
  /** Students an hour with two workers / with one. */
  workers: 1.9,
  /** Share of TypeScript, FFI and allocation in a step of onednn: below. */
  overhead: 0.03,
  /** Peak of a laptop search with two workers: below. */
  searchBytes: 1.5 * 2 ** 30,
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
    onnxSpeed(bench, "plain"),
    onnxSpeed(bench, "best"),
    peakRate(bench),
    ...workers(bench),
    overhead(bench),
    searchMemory(bench),
    ...queueTargets(bench),
  ];
}

/** An engine's speedups over one PyTorch a network, where both were measured. */
function speedups(
  section: StepSection | undefined,
  id: string,
  rival: typeof bestPyTorch,
): readonly { readonly title: string; readonly ratio: number }[] {
  return section?.networks.flatMap((network) => {
    const ratio = speedup(network, id, rival(section, network));
    return ratio === undefined ? [] : [{ title: network.title, ratio }];
  }) ?? [];
}

function meanOf(found: ReturnType<typeof speedups>): number {
  return geometricMean(found.map(({ ratio }) => ratio));
}

function leastOf(
  found: ReturnType<typeof speedups>,
): ReturnType<typeof speedups>[number] {
  return found.reduce((a, b) => b.ratio < a.ratio ? b : a);
}

/** A target over the networks is judged when all of them were measured. */
function areAll(found: readonly unknown[]): boolean {
  return found.length === BENCH_NETWORKS.length;
}

function onednnSpeed({ step }: Bench): Conclusion {
  const target =
    `at least ${TARGETS.onednnMean}x as geometric mean over ${BENCH_NETWORKS.length} networks, ${TARGETS.onednnEach}x on each`;
  const found = speedups(step, "onednn", bestPyTorch);
  if (found.length === 0) {
    return conclusion("onednn beside PyTorch: not measured", target, undefined);
  }
  const [mean, least] = [meanOf(found), leastOf(found)];
  const holds = mean >= TARGETS.onednnMean &&
    least.ratio >= TARGETS.onednnEach;
  return conclusion(
    `onednn trains ${
      times(mean)
    } as fast as the best PyTorch setting of each network (geometric mean over ${found.length}), ${
      times(least.ratio)
    } at least (${least.title})`,
    target,
    areAll(found) ? holds : undefined,
  );
}

function onnxSpeed({ step }: Bench, kind: "plain" | "best"): Conclusion {
  const [rival, wanted, name] = kind === "plain"
    ? [plainPyTorch, TARGETS.onnxPlain, "PyTorch as it comes"] as const
    : [bestPyTorch, TARGETS.onnxBest, "the best PyTorch setting"] as const;
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
  const target = `under ${formatMemory(TARGETS.searchBytes)}`;
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
  return conclusion(
    `A laptop search with two workers needs at most ${list.join(", ")}`,
    target,
    found.every(({ bytes }) => bytes < TARGETS.searchBytes),
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
