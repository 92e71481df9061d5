/**
 * The page of one compression: its networks, its search, its cost.
 *
 * @module
 */

import {
  formatAccuracy,
  formatCount,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import type { Ledger } from "../../search/mod.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import type { CompressionContent, MeasuredWinner } from "./content.ts";
import { compressionFigures } from "./figures.ts";
import { latencyNote, limitsNote } from "./limit_notes.ts";
import {
  costNote,
  halvingNote,
  networkNotes,
  recordNote,
  rewardNote,
  startNote,
} from "./notes.ts";
import { scaleNote } from "./scale.ts";
import { resultTable } from "./table.ts";
import { stageLabel, subjectTitle } from "./titles.ts";

function searchTable(content: CompressionContent): string {
  const { stages, identity: { config } } = content;
  const count = (value: (ledger: Ledger) => number) =>
    stages.map(({ ledger }) => formatCount(value(ledger)));
  const winner = (text: (winner: MeasuredWinner) => string) =>
    stages.map(({ winner }) => winner === undefined ? MISSING : text(winner));
  return markdownTable(
    [
      { title: "search" },
      ...stages.map(({ kind }, index) => ({
        title: `stage ${index + 1} (${kind})`,
        align: "right" as const,
      })),
    ],
    [
      ["students proposed", ...count(({ proposed }) => proposed)],
      ["rejected (reward -1)", ...count(({ rejected }) => rejected)],
      [
        "answered from memory (same network again)",
        ...count(({ repeated }) => repeated),
      ],
      ["trained", ...count(({ trained }) => trained)],
      ["of these failed (NaN)", ...count(({ failed }) => failed)],
      ...(stages.some(({ ledger }) => ledger.violations > 0)
        ? [["of these breaking a limit", ...count((of) => of.violations)]]
        : []),
      ["student-epochs", ...count(({ studentEpochs }) => studentEpochs)],
      ["student-images", ...count(({ studentImages }) => studentImages)],
      [
        "size of the search space, bits",
        ...stages.map(({ bits }) => bits.toFixed(1)),
      ],
      ...(config.final.halving ?? []).map(({ epochs }, rung) => [
        `trained before the final trainings (${epochs} epochs)`,
        ...stages.map(({ rungs }) => formatCount(rungs?.[rung]?.length ?? 0)),
      ]),
      [
        "final trainings",
        ...stages.map(({ finals }) => formatCount(finals.length)),
      ],
      [
        "winner: found in iteration",
        ...winner(({ iteration }) => `${iteration + 1}`),
      ],
      ["winner: reward", ...winner(({ reward }) => reward.toFixed(3))],
      [
        "winner: validation accuracy % after the short training",
        ...winner(({ searchAccuracy }) => formatAccuracy(searchAccuracy)),
      ],
      [
        `winner: validation accuracy % after final training (${config.final.epochs} epochs)`,
        ...winner(({ validation }) => formatAccuracy(validation)),
      ],
    ],
  );
}

/** Why a stage has no winner, a line each, or "". */
function failureNotes({ stages }: CompressionContent): string {
  return stages.map(({ kind, winner, rungs = [], finals }, index) => {
    if (winner !== undefined) return "";
    // What failed in a rung is of interest where no student came through it.
    const tried = finals.length === 0 ? rungs.flat() : finals;
    const reasons = tried.map(({ networkId, failure, reward }) =>
      `${networkId.slice(0, 8)}: ${
        failure ?? `reward ${reward}, a limit is broken`
      }`
    );
    return `**${stageLabel(kind, index)} failed:** ${
      reasons.length === 0
        ? "no student was found"
        : `no final training succeeded (${reasons.join("; ")})`
    }.\n\n`;
  }).join("");
}

const FIGURES: Readonly<Record<string, string>> = {
  "-layers": "Layers of the winners beside the teacher's",
  "-search": "Reward, accuracy and compression against iteration",
  "-removal": "Probability of keeping each layer",
  "-shrinkage": "Expected shrink ratio of each layer",
  "-joint": "Expected share of each layer that is left",
};

/**
 * Page and figures of one compression, by path below results/.
 *
 * @param cell The record with its environment.
 * @param title What the experiment is called, for example "RQ1: compression".
 * @param options.hasFigures Whether there are figures, as there are unless said.
 */
export async function compressionPage(
  { record, environment }: RecordedCell<CompressionContent>,
  title: string,
  { hasFigures = true }: { readonly hasFigures?: boolean } = {},
): Promise<Map<string, string>> {
  const { question, profile, cell, deterministic: content } = record;
  const { identity: { config, arm, seed } } = content;
  const figures = hasFigures ? [...compressionFigures(content)] : [];
  const files = new Map(figures.map(([name, svg]) => [
    `${question}/${profile}/${cell}${name}.svg`,
    svg,
  ]));
  files.set(
    `${question}/${profile}/${cell}.md`,
    `# ${title} of ${
      subjectTitle(config)
    }: ${arm}, seed ${seed} (profile \`${profile}\`)

${scaleNote(content)}

${await resultTable(content)}

${
      failureNotes(content)
    }One run, seed ${seed}: no spread is given. Delta is in percentage points of test
accuracy against the teacher. Test images were opened once, for this table.

${searchTable(content).trimEnd()}

${limitsNote(content)}${latencyNote(content)}${startNote(content)}${
      halvingNote(content)
    }${rewardNote(content)}${costNote(content, environment)}

${
      figures.map(([name]) => `![${FIGURES[name]}](${cell}${name}.svg)\n\n`)
        .join("")
    }Networks (c: convolution, bn: batch norm, r: ReLU, p: max-pool):

${networkNotes(content)}

${recordNote(record)}`,
  );
  return files;
}
