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
import type { StepNetwork, StepSection } from "./format.ts";
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
  bestSinglePyTorch,
  nominalGflops,
  ofPeak,
  overheadShare,
  plainPyTorch,
  predictionRatio,
  ratesOf,
  rivalOf,
  speedup,
  type StepContender,
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
    ...earlierPart(section),
    table(section, "images/s", ({ milliseconds }, id) => {
      const measured = milliseconds[id];
      return measured && ratesOf(batchSize, measured);
    }),
    "Ratios within a round, medians over rounds. The best PyTorch of a network is the setting with the highest median: of those in single precision (`f32`) for engines that train so, of all for those that train in bfloat16 (`bf16`).\n",
    ratiosTable(section),
    "Nominal rate: the operations of a direct convolution (2 x MACs each for output, input gradient and weight gradient; no input gradient of the first layer) per second. SGEMM: the library's own product of square matrices on one thread, the best of several sizes, in turns with everybody else. Winograd needs fewer multiplications than it stands for, so a nominal rate may exceed it.\n",
    peakTable(section),
    ...overheadPart(section),
    ...predictionPart(section),
    ...startPart(section),
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

/** Networks that the section's last run did not measure, by the run that did. */
function earlierPart({ networks }: StepSection): readonly string[] {
  const runs = Map.groupBy(
    networks.filter(({ earlier }) => earlier !== undefined),
    ({ earlier }) => JSON.stringify(earlier),
  );
  return [...runs.values()].map((networks) => {
    const { machine, versions, ...rounds } = networks[0]!.earlier!;
    const measured = Object.entries(versions)
      .filter(([id]) => networks.some((each) => timesOf(each, id)))
      .map(([, version]) => version);
    return `Of an earlier run: ${
      networks.map(({ title }) => title).join("; ")
    }. ${roundsLine(rounds)} ${machineLine(machine)} ${
      escapeMarkdown([...new Set(measured)].join("; "))
    }.\n`;
  });
}

/** Our engines that were measured somewhere. */
function measuredEngines({ contenders, networks }: StepSection) {
  return contenders.filter(({ id, kind }) =>
    kind === "ours" && networks.some((network) => timesOf(network, id))
  );
}

/** Somebody a row, a network a column. */
function table(
  { contenders, networks }: StepSection,
  title: string,
  valuesOf: (network: StepNetwork, id: string) => readonly number[] | undefined,
): string {
  return markdownTable(
    [{ title }, ...right(...networks.map(({ title }) => title))],
    contenders
      .filter(({ id }) => networks.some((network) => valuesOf(network, id)))
      .map(({ id, title }) => [
        title,
        ...networks.map((network) => medianRange(valuesOf(network, id))),
      ]),
  );
}

function predictionPart(section: StepSection): readonly string[] {
  const { networks, predictions } = section;
  if (networks.every(({ predictionMs }) => isEmpty(predictionMs))) return [];
  return [
    `Predictions, images/s, ${
      formatCount(predictions)
    } images at a time as validation and teacher's logits take them (PyTorch: eager alone, so many or a step's batch at a time where that is quicker; no gradients, statistics of batch norm fixed).\n`,
    table(section, "predictions/s", ({ predictionMs }, id) => {
      const measured = predictionMs[id];
      return measured && ratesOf(predictions, measured);
    }),
    "Predictions a second beside training images a second.\n",
    table(section, "predictions / steps", (network, id) => {
      const ratio = predictionRatio(section, network, id);
      return ratio === undefined ? undefined : [ratio];
    }),
  ];
}

function startPart(section: StepSection): readonly string[] {
  if (section.networks.every(({ startMs }) => isEmpty(startMs))) return [];
  return [
    "Starts: milliseconds from a network to the end of its first step (building, compiling, fresh weights), in a process that has trained it before, as a search's workers train student after student. torch.compile compiles anew, once.\n",
    table(section, "ms to the first step", ({ startMs }, id) => startMs[id]),
  ];
}

function isEmpty(values: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(values).length === 0;
}

function ratiosTable(section: StepSection): string {
  const ours = measuredEngines(section);
  const rivals = ["f32", "bf16"].filter((precision) =>
    ours.some((each) => each.precision === precision)
  );
  const name = (contender: StepContender | undefined) =>
    contender?.title.replace(/^PyTorch /, "") ?? "–";
  return markdownTable(
    [
      { title: "network" },
      ...rivals.map((precision) => ({
        title: precision === "f32"
          ? "best PyTorch, f32"
          : "best PyTorch, any precision",
      })),
      ...right(...ours.flatMap(({ title }) => [
        `${title} / best`,
        `${title} / as it comes`,
      ])),
    ],
    section.networks.map((network) => [
      network.title,
      ...rivals.map((precision) =>
        name(
          precision === "f32"
            ? bestSinglePyTorch(section, network)
            : bestPyTorch(section, network),
        )
      ),
      ...ours.flatMap((each) => [
        times(speedup(network, each.id, rivalOf(section, network, each))),
        times(speedup(network, each.id, plainPyTorch(section, network))),
      ]),
    ]),
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
