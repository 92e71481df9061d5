/**
 * Sentences about what students had to keep to.
 *
 * @module
 */

import type { Limits } from "../../reward/mod.ts";
import type { Latency } from "../../search/mod.ts";
import {
  escapeMarkdown,
  formatAccuracy,
  formatCount,
  formatNumber,
} from "../../report/mod.ts";
import type { CompressionContent } from "./content.ts";
import { stageLabel } from "./titles.ts";

/** Each limit in words. */
const WORDS: readonly (readonly [
  keyof Limits,
  (limit: number) => string,
])[] = [
  ["maxParameters", (most) => `at most ${formatCount(most)} parameters`],
  [
    "maxMacs",
    (most) => `at most ${formatCount(most)} multiply-accumulates an image`,
  ],
  [
    "maxActivationBytes",
    (most) => `at most ${formatCount(most)} bytes of activations an image`,
  ],
  ["maxWeightBytes", (most) => `at most ${formatCount(most)} bytes of weights`],
  ["maxLatencyMs", (most) => `at most ${formatMs(most)} ms a prediction`],
  [
    "minAccuracy",
    (least) => `at least ${formatAccuracy(least)} % of validation images right`,
  ],
];

/**
 * Limits in words: "at most 23,456 parameters, at most 1.250 ms a prediction".
 *
 * @param limits In numbers.
 */
export function limitsInWords(limits: Limits): string {
  return WORDS.flatMap(([name, words]) => {
    const limit = limits[name];
    return limit === undefined ? [] : words(limit);
  }).join(", ");
}

/** Milliseconds with three decimals. */
export function formatMs(ms: number | undefined): string {
  return formatNumber(ms, 3);
}

/** "1.234 ms (1.201 to 1.300)": median and quartiles. */
export function formatLatency({ medianMs, lowMs, highMs }: Latency): string {
  return `${formatMs(medianMs)} ms (${formatMs(lowMs)} to ${formatMs(highMs)})`;
}

/** What students had to keep to, where that was a part of what the teacher has, or "". */
export function limitsNote(
  { limits, identity: { config } }: CompressionContent,
): string {
  if (limits === undefined) return "";
  const { mode, iterations } = config.limits;
  const returns = config.faults?.includes("returningLimit") ?? false;
  const costs = {
    hard: "earns -1, and is not trained where its size alone does so",
    late: "is trained and earns -1",
    // Iterations count from 1 here, from 0 where the schedule is worked out.
    soft: returns
      ? `loses more from iteration to iteration, all in iteration ${
        iterations + 1
      } alone, less again after that and nothing from iteration ${
        2 * iterations + 1
      } on`
      : `loses more from iteration to iteration, all from iteration ${
        iterations + 1
      } on`,
  }[mode];
  return `Students had to keep to ${
    limitsInWords(limits)
  }. One that does not ${costs}.\n\n`;
}

/** How long teacher and winners take to predict, where that is limited, or "". */
export function latencyNote(
  { teacher, stages, identity: { machine, engine } }: CompressionContent,
): string {
  const networks = [
    ["teacher", teacher] as const,
    ...stages.map(({ kind, winner }, index) =>
      [stageLabel(kind, index), winner] as const
    ),
  ].flatMap(([label, network]) =>
    network?.latency === undefined
      ? []
      : `${label} ${formatLatency(network.latency)}`
  );
  if (machine === undefined || networks.length === 0) return "";
  return `Latency, median (quartiles) of the prediction of one image by itself: ${
    networks.join(", ")
  }.
${machineNote({ machine, engine })}

`;
}

/** Says where latencies were measured, and what follows from it. */
export function machineNote(
  { machine: { cpu, arch, threads }, engine }:
    & Required<Pick<CompressionContent["identity"], "machine">>
    & Pick<CompressionContent["identity"], "engine">,
): string {
  return `Measured with ${engine.name} (${engine.version}) on ${threads} ${
    threads === 1 ? "thread" : "threads"
  } of ${escapeMarkdown(cpu)} (${arch}), no other
training of the run beside it, once for each network: a run whose limits are on time
repeats from its store alone, bit for bit, and on no other machine.`;
}
