/**
 * The tables of training steps.
 *
 * @module
 */

import {
  type Column,
  escapeMarkdown,
  formatCount,
  formatNumber,
  formatShortCount,
  markdownTable,
} from "../../lib/report/mod.ts";
import { median } from "../statistics.ts";
import type { StepSection } from "./format.ts";
import {
  formatWhole,
  machineLine,
  medianRange,
  percent,
  roundsLine,
  skippedLines,
  times,
} from "./text.ts";
import {
  bestPyTorch,
  nominalGflops,
  ofPeak,
  overheadShare,
  plainPyTorch,
  ratesOf,
  speedup,
  timesOf,
} from "./view.ts";

function right(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) => ({ title, align: "right" as const }));
}

/** The section. */
export function renderStep(section: StepSection): string {
  const { networks, batchSize, contenders, skipped } = section;
  const missing = [
    ...skipped,
    ...networks.flatMap(({ title, skipped }) =>
      skipped.map((each) => ({
        title: `${each.title} on ${title}`,
        reason: each.reason,
      }))
    ),
  ];
  const versions = new Set(
    contenders.map(({ id, kind, version }) =>
      kind === "ours" ? `${id}: ${version}` : version
    ),
  );
  return [
    "## Training step\n",
    `Images/s of the whole step (forward, squared error of logits, backward, Adam), batch ${batchSize}, one thread: medians over rounds (ranges). "Tuned" keeps the heap between steps (MALLOC\\_MMAP\\_MAX\\_=0 MALLOC\\_TRIM\\_THRESHOLD\\_=4000000000 MALLOC\\_TOP\\_PAD\\_=268435456) and has Adam work on lists of tensors (foreach=True). Starting, compiling and warming up happen before the first turn and are not in the numbers.\n`,
    `${roundsLine(section)}\n`,
    `${machineLine(section.machine)}\n`,
    ratesTable(section),
    "Ratios within a round, medians over rounds. The best PyTorch of a network is the setting with the highest median.\n",
    ratiosTable(section),
    "Nominal rate: the operations of a direct convolution (2 x MACs each for output, input gradient and weight gradient; no input gradient of the first layer) per second. SGEMM: the library's own product of square matrices on one thread, the best of several sizes, in turns with everybody else. Winograd needs fewer multiplications than it stands for, so a nominal rate may exceed it.\n",
    peakTable(section),
    ...overheadPart(section),
    "Networks (c: convolution, bn: batch norm, r: ReLU, p: max-pool):\n",
    networks.map(({ title, description, parameters, macs }) =>
      `- ${title}: ${formatCount(parameters)} parameters, ${
        formatShortCount(macs)
      } MACs; \`${description}\`\n`
    ).join(""),
    "Versions:\n",
    [...versions].map((text) => `- ${escapeMarkdown(text)}\n`).join(""),
    skippedLines(missing),
  ].filter((part) => part !== "").join("\n");
}

/** Our engines that were measured somewhere. */
function measuredEngines({ contenders, networks }: StepSection) {
  return contenders.filter(({ id, kind }) =>
    kind === "ours" && networks.some((network) => timesOf(network, id))
  );
}

function ratesTable(section: StepSection): string {
  const { contenders, networks } = section;
  return markdownTable(
    [{ title: "images/s" }, ...right(...networks.map(({ title }) => title))],
    contenders
      .filter(({ id }) => networks.some((network) => timesOf(network, id)))
      .map(({ id, title }) => [
        title,
        ...networks.map((network) => {
          const measured = timesOf(network, id);
          return medianRange(measured && ratesOf(section, measured));
        }),
      ]),
  );
}

function ratiosTable(section: StepSection): string {
  const ours = measuredEngines(section);
  return markdownTable(
    [
      { title: "network" },
      { title: "best PyTorch" },
      ...right(...ours.flatMap(({ title }) => [
        `${title} / best`,
        `${title} / as it comes`,
      ])),
    ],
    section.networks.map((network) => {
      const best = bestPyTorch(section, network);
      const plain = plainPyTorch(section, network);
      return [
        network.title,
        best?.title.replace(/^PyTorch /, "") ?? "–",
        ...ours.flatMap(({ id }) => [
          times(speedup(network, id, best)),
          times(speedup(network, id, plain)),
        ]),
      ];
    }),
  );
}

function peakTable(section: StepSection): string {
  const ours = measuredEngines(section);
  return markdownTable(
    [
      { title: "network" },
      ...right(
        "MFLOP an image",
        "SGEMM GFLOP/s",
        ...[...ours.map(({ title }) => title), "best PyTorch"].flatMap(
          (title) => [`${title} GFLOP/s`, "of SGEMM"],
        ),
      ),
    ],
    section.networks.map((network) => {
      const ids = [
        ...ours.map(({ id }) => id),
        bestPyTorch(section, network)?.id ?? "",
      ];
      return [
        network.title,
        formatWhole(network.flops / 1e6),
        medianRange(
          network.peakGflops.length === 0 ? undefined : network.peakGflops,
        ),
        ...ids.flatMap((id) => {
          const rates = nominalGflops(section, network, id);
          return [
            rates === undefined ? "–" : formatWhole(median(rates)),
            times(ofPeak(section, network, id)),
          ];
        }),
      ];
    }),
  );
}

function overheadPart({ networks }: StepSection): readonly string[] {
  const rows = networks.flatMap(({ title, overhead }) =>
    overhead === undefined ? [] : [[
      title,
      formatNumber(overhead.totalMs / overhead.steps, 2),
      formatNumber(overhead.calls / overhead.steps, 0),
      percent(overhead.nativeMs / overhead.totalMs),
      percent(overhead.wasmMs / overhead.totalMs),
      percent(overheadShare(overhead)),
    ]]
  );
  if (rows.length === 0) return [];
  return [
    "Where a step of onednn spends its time, from a run with a clock at each call of a primitive and of a WASM kernel. The rest is TypeScript, allocation, garbage collection and the crossings to native code (calls times the time of an empty one); the clocks' own time is in it too, so it is an upper bound.\n",
    markdownTable(
      [
        { title: "onednn" },
        ...right(
          "ms a step",
          "calls",
          "primitives",
          "WASM kernels",
          "the rest",
        ),
      ],
      rows,
    ),
  ];
}
