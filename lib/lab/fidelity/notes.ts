/**
 * Sentences that stand beside what was found of proxies.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatCompression,
  formatCount,
} from "../../report/mod.ts";
import { teacherScale } from "../compression/scale.ts";
import type { FidelityAnalysis, ScoreAnalysis } from "./analyse_proxies.ts";
import { LEAST_FIDELITY, type ProxyChoice } from "./choose_proxy.ts";
import type { FidelityContent } from "./content.ts";
import { formatRankInterval } from "./table.ts";

/** Says in one line on what scale proxies were measured. */
export function fidelityScaleNote(
  { identity: { config }, students, truth, images }: FidelityContent,
): string {
  const { epochs } = truth;
  return `**Laptop-scale numbers, not the paper's:** the teacher is ${
    teacherScale(config)
  }, ${students.length} students are compared, and their final training is ${epochs} ${
    epochs === 1 ? "epoch" : "epochs"
  } on ${
    formatCount(truth.images || images.train)
  } images. The paper has no such table.`;
}

/** Says which proxy is chosen, and why. */
export function choiceNote(
  chosen: ProxyChoice,
  { proxies }: FidelityAnalysis,
): string {
  if (chosen.reason === "none") {
    return "**No proxy is chosen:** none tells students of the better half apart.";
  }
  const { better } = proxies.find(({ spec }) => spec.name === chosen.proxy)!;
  const found = `Spearman ${formatRankInterval(better)}`;
  const name = escapeMarkdown(chosen.proxy);
  return chosen.reason === "cheapest"
    ? `**Chosen: ${name}**, the cheapest proxy that agrees with the truth within the better half at ${LEAST_FIDELITY} or more (${found}).`
    : `**Chosen: ${name}**, the proxy that agrees best with the truth within the better half (${found}); none reaches ${LEAST_FIDELITY}, so what a search finds by it must be trained to the end before it is believed.`;
}

/** Says how students, scores and truth came about. */
export function methodNote(content: FidelityContent): string {
  const { students, teacher, images, truth } = content;
  const counts = [...Map.groupBy(students, ({ kind }) => kind)]
    .map(([kind, of]) => `${of.length} by ${KINDS[kind]}`);
  const sizes = students.map(({ parameters }) =>
    teacher.parameters / parameters
  );
  return `How it was done: ${students.length} students of the teacher (${
    formatCount(teacher.parameters)
  } parameters), compressed ${formatCompression(Math.min(...sizes))} to ${
    formatCompression(Math.max(...sizes))
  },
were drawn at random and spread over sizes (${counts.join(", ")}).
Every proxy scored each of them on one half of the validation images (${
    formatCount(images.scoring)
  }).
Then each was trained to the end with the final recipe (${truth.epochs} epochs on ${
    formatCount(truth.images || images.train)
  } images,
from ${truth.start} weights${
    truth.observe > 0
      ? `, batch norm's statistics from ${formatCount(truth.observe)} images`
      : ""
  }). The truth is its accuracy on the
other half (${
    formatCount(images.confirm)
  } images), which no proxy saw. No test image was used.

Spearman is the rank correlation with the truth, with a 95 % percentile bootstrap
interval over students; "pairs" is how often the truly better of two students has
the higher score, half of them by chance. The better half is the one with the
higher truth: there a search must tell students apart, and ranks are harder to
agree on than over all sizes. An image pass is one image going forwards through
the student; a training step counts as three. "Statistics from" are the images
that batch norm's statistics were re-estimated on before, "spread" is highest less
lowest accuracy in points. The last row is the final training itself, scored on the
proxies' half of the images: no proxy can be expected to agree better.${
    failedNote(students)
  }`;
}

/** Says how failed trainings, whose accuracy is recorded as 0, count; or "". */
function failedNote(students: FidelityContent["students"]): string {
  const failed = students.flatMap(({ truth, scores }) => [
    truth,
    ...Object.values(scores).map(({ accuracy }) => accuracy),
  ]).filter((accuracy) => accuracy === 0).length;
  return failed === 0 ? "" : ` A failed training ranks
last, with an accuracy of 0: there ${failed === 1 ? "is" : "are"} ${
    formatCount(failed)
  } such.`;
}

const KINDS = {
  removal: "layer removal",
  shrinkage: "layer shrinkage",
  joint: "both at once",
} as const;

/** Says which intervals leave resamples out, or "". */
export function resampleNote(
  { proxies, parameters, ceiling }: FidelityAnalysis,
): string {
  const named: readonly (readonly [string, ScoreAnalysis])[] = [
    ...proxies.map((each) => [each.spec.name, each] as const),
    ["parameter count", parameters],
    ["the final training", ceiling],
  ];
  const left = named.flatMap(([name, { all, better }]) => {
    const count = all.undefinedResamples + better.undefinedResamples;
    return count === 0 ? [] : [`${escapeMarkdown(name)} ${formatCount(count)}`];
  });
  return left.length === 0
    ? ""
    : `Resamples without a rank correlation, all scores or truths in them being equal,
are left out of the intervals: ${left.join(", ")}.\n\n`;
}
