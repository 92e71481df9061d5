/**
 * Sentences that stand beside what strategies found.
 *
 * @module
 */

import {
  decisionLabels,
  escapeMarkdown,
  formatCount,
  formatSeconds,
} from "../../report/mod.ts";
import type { CellEnvironment } from "../cells/experiment.ts";
import { teacherScale } from "../compression/scale.ts";
import type { StrategiesContent } from "./content.ts";
import { canBeChosen } from "./student_table.ts";

/** Says in one line on what scale strategies were compared. */
export function strategiesScaleNote(
  { identity: { config }, images }: StrategiesContent,
): string {
  const { student } = config;
  const { epochs } = student;
  return `**Laptop-scale numbers, not the paper's:** the teacher is ${
    teacherScale(config)
  }, and rewards are of ${
    epochs === 0
      ? "students that are not trained"
      : `a short training, ${epochs} ${epochs === 1 ? "epoch" : "epochs"} on ${
        formatCount(student.images || images.train)
      } images`
  }. No student is trained to the end and no test image is looked at: this says who finds what the short training calls good, not how good it is. The paper has no such table.`;
}

/** Says what the table of students is, and what the searches on it were. */
export function tableNote(content: StrategiesContent): string {
  const { table, rejected, arms, identity: { config, seed }, images } = content;
  const counts = Object.entries(rejected).map(([rule, actions]) =>
    `${formatCount(actions.length)} ${rule}`
  );
  const refused = Object.values(rejected).reduce(
    (sum, actions) => sum + actions.length,
    0,
  );
  const sequences = refused +
    table.reduce((sum, { actions }) => sum + actions.length, 0);
  const unfit = table.filter((row) => !canBeChosen(row)).length;
  const seeds = arms[0]?.searches.length ?? 0;
  const { iterations, rollouts } = config.removal;
  return `How it was done: layer removal with the space \`${config.space}\` has ${
    formatCount(sequences)
  } action sequences
here${refused === 0 ? "" : ` (rejected: ${counts.join(", ")})`}. All ${
    formatCount(table.length)
  } distinct students were trained and scored as a search
would, from ${config.student.start} weights, on ${
    formatCount(images.validation)
  } validation images${
    unfit === 0
      ? ""
      : `; ${
        formatCount(unfit)
      } cannot be chosen, as they failed or break a limit`
  }. Then every
strategy searched this table with ${formatCount(seeds)} ${
    seeds === 1 ? "seed" : "seeds"
  } (from ${seed}), ${iterations} iterations of ${rollouts} students:
the same stage as in a real search, its evaluations looked up.`;
}

/** Says what the columns are. */
export function columnsNote({ arms }: StrategiesContent): string {
  const first = escapeMarkdown(arms[0]?.name ?? "");
  return `Means over seeds ± standard deviations, with 95 % intervals by Student's t. The mean reward is that of all
students proposed, rejected ones at -1; "% of the best" is the best reward found
as a part of the best of the table, "rank" its rank there (1 is the best), "found
the best" the share of seeds that found it. Differences of the best reward found
are taken seed by seed against ${first}, and count -1 for a search that found none; g is Hedges' g_z,
their mean in their standard deviations, corrected for few seeds; p is of a two-sided sign-flip
permutation test, corrected over strategies by Holm's method. With n seeds it is at
least 2^(1 - n). The last mark decides; the others show how it came about. Seeds
vary the search alone: the table, with its noise, is one.`;
}

/** What each place of an action sequence decides on. */
export function decisionsNote(
  { teacher: { network }, decisions }: StrategiesContent,
): string {
  const labels = decisionLabels(
    network,
    decisions.map((leaves) => ({ leaves })),
  );
  return `Actions, in order, 1 keeps and 0 removes: ${
    labels.map(escapeMarkdown).join("; ")
  }.`;
}

/** How long all searches took, or "". */
export function searchesNote(
  { arms }: StrategiesContent,
  { details }: CellEnvironment,
): string {
  if (details?.searches === undefined) return "";
  const count = arms.reduce((sum, { searches }) => sum + searches.length, 0);
  return ` The ${formatCount(count)} searches took ${
    formatSeconds(details.searches)
  } of it.`;
}
