/**
 * The page of one baseline.
 *
 * @module
 */

import { describe } from "../../network/mod.ts";
import {
  formatAccuracy,
  formatCompression,
  formatCount,
  formatPoints,
  formatShortCount,
  listed,
  markdownTable,
  MISSING,
} from "../../report/mod.ts";
import { cellCostNote } from "../cells/cost_note.ts";
import type { RecordedCell } from "../cells/experiment.ts";
import { recordNote } from "../compression/notes.ts";
import { subjectParts } from "../compression/scale.ts";
import { subjectTitle } from "../compression/titles.ts";
import type { BaselineContent } from "./content.ts";
import { BASELINE_NOTES, type BaselineName } from "./designs.ts";

/**
 * Page of one baseline, by path below results/.
 *
 * @param cell The record with its environment.
 * @param title What the experiment is called, for example "RQ1: compression".
 */
export function baselinePage(
  { record, environment }: RecordedCell<BaselineContent>,
  title: string,
): ReadonlyMap<string, string> {
  const { question, profile, cell, deterministic: content } = record;
  const { identity, teacher, sizes } = content;
  const { config, arm, seed } = identity;
  const note = BASELINE_NOTES[arm as BaselineName];
  const text = `# ${title} of ${
    subjectTitle(config)
  }: ${arm}, seed ${seed} (profile \`${profile}\`)

${
    baselineScaleNote(content)
  }A baseline, ${note}. Every network is trained as a search's
winner is: ${config.final.epochs} ${
    config.final.epochs === 1 ? "epoch" : "epochs"
  } on the same images, labels and teacher's logits.
Nothing is chosen: each size that was asked for is tested once.

${
    markdownTable(
      [
        { title: "network" },
        ...[
          "validation accuracy %",
          "test accuracy %",
          "delta",
          "parameters",
          "compression",
          "MACs",
        ].map((title) => ({ title, align: "right" as const })),
      ],
      [
        [
          "teacher",
          formatAccuracy(teacher.validation),
          formatAccuracy(teacher.test),
          MISSING,
          formatCount(teacher.parameters),
          MISSING,
          formatShortCount(teacher.macs),
        ],
        ...sizes.map(({ asked, validation, test, parameters, macs }) => [
          `${arm}, ${formatCompression(asked)} asked for`,
          test === undefined ? MISSING : formatAccuracy(validation),
          formatAccuracy(test),
          formatPoints(test === undefined ? test : test - teacher.test),
          formatCount(parameters),
          formatCompression(teacher.parameters / parameters),
          formatShortCount(macs),
        ]),
      ],
    )
  }
${
    failureNotes(content)
  }One training a network, with seed ${config.student.seed}: no spread is given.

${cellCostNote(environment)}

Networks (c: convolution, bn: batch norm, r: ReLU, p: max-pool):

${
    [
      ["teacher", teacher.network] as const,
      ...sizes.map(({ parameters, network }) =>
        [`${formatCount(parameters)} parameters`, network] as const
      ),
    ].map(([label, network]) => `- ${label}: \`${describe(network)}\``)
      .join("\n")
  }

${recordNote(record)}`;
  return new Map([[`${question}/${profile}/${cell}.md`, text]]);
}

function baselineScaleNote(
  { identity: { config } }: BaselineContent,
): string {
  const parts = subjectParts(config);
  return parts.length === 0
    ? ""
    : `**Laptop-scale numbers, not the paper's:** ours is ${listed(parts)}.

`;
}

/** Which trainings failed, and why, or "". */
function failureNotes({ sizes }: BaselineContent): string {
  return sizes.flatMap(({ parameters, failure }) =>
    failure === undefined
      ? []
      : [`**${formatCount(parameters)} parameters failed:** ${failure}.\n\n`]
  ).join("");
}
