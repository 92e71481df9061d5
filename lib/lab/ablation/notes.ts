/**
 * Sentences that stand beside what an ablation found.
 *
 * @module
 */

import {
  formatCount,
  formatNumber,
  formatReward,
  formatSeconds,
} from "../../report/mod.ts";
import type { CellEnvironment } from "../cells/experiment.ts";
import { teacherScale } from "../compression/scale.ts";
import type { AblatedAnalysis } from "./analyse.ts";
import type { AblationContent } from "./content.ts";

/** Says in one line on what scale arms were compared. */
export function ablationScaleNote(
  { identity: { config }, images }: AblationContent,
): string {
  const { student } = config;
  const { epochs } = student;
  return `**Laptop-scale numbers, not the paper's:** the teacher is ${
    teacherScale(config)
  }, and rewards are of a short training, ${epochs} ${
    epochs === 1 ? "epoch" : "epochs"
  } on ${
    formatCount(student.images || images.train)
  } images. No student is trained to the end and no test image is looked at. The paper has no such table.`;
}

/** Says how the searches went, and what decides. */
export function methodNote(content: AblationContent): string {
  const { identity, images, length, arms, table } = content;
  const { config, seed, ablation: { stage, kind } } = identity;
  const seeds = arms[0]!.searches.length;
  const source = kind === "table" && table !== undefined
    ? `All ${
      formatCount(table.students)
    } students of layer removal with the space \`${config.space}\` were trained once (${
      formatCount(table.rejected)
    } action sequences have none; the best reward is ${
      formatReward(table.best)
    }), and every search looked its students up.`
    : `Every search trained the students that it proposed, those that another had proposed at no cost.`;
  return `How it was done: ${source}
Stage: ${stage}, on the teacher; ${length.iterations} iterations of ${length.rollouts} students where the arm's name
says nothing else; ${formatCount(seeds)} search ${
    seeds === 1 ? "seed" : "seeds"
  } from ${seed}, the same for all arms. Students start from ${config.student.start} weights and
are scored on ${formatCount(images.validation)} validation images.

What decides is "reward again": the student that a search chose by its own reward was
trained once more, with another training seed, and scored on the ${
    formatCount(images.again)
  } validation images
that had chosen nothing; its reward is the paper's, R_a C (2 - C), whatever the arm's
was, and -1 where nothing was chosen or that training failed: then there is no
student, and no accuracy. "Reward chosen by" is the same at the accuracy it was
chosen for, by another training and other images: arms can be compared within either
column, the two columns not with each other. Means with standard deviations
over search seeds; intervals are 95 % by Student's t. Differences are taken seed by
seed; g (Hedges' g_z) is their mean in their standard deviations, corrected for small
samples; p is of a two-sided sign-flip permutation test, corrected by Holm's method
over the comparisons of the page.`;
}

/** Late proposals that break the limit, by arm, or "". */
export function limitNote(arms: readonly AblatedAnalysis[]): string {
  if (arms.every(({ violating }) => violating === undefined)) return "";
  return `Share of the last third of proposals that break the limit: ${
    arms.map(({ name, violating }) =>
      `${name} ${formatNumber(100 * (violating?.mean ?? 0), 1)} %`
    ).join(", ")
  }.\n\n`;
}

/** How long all searches took, or "". */
export function searchesNote(
  { arms, identity: { ablation } }: AblationContent,
  { details }: CellEnvironment,
): string {
  if (details?.searches === undefined) return "";
  const count = arms.reduce((sum, { searches }) => sum + searches.length, 0);
  return ` The ${formatCount(count)} searches took ${
    formatSeconds(details.searches)
  }${
    ablation.kind === "search" ? ", their students' trainings with them" : ""
  }.`;
}
