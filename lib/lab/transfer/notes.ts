/**
 * Sentences that stand beside what came of a transfer.
 *
 * @module
 */

import {
  formatAccuracy,
  formatCount,
  formatMean,
  formatNumber,
  formatPaperCell,
  loadPaper,
  mean,
  paperLegend,
  summarise,
} from "../../report/mod.ts";
import { teacherScale } from "../compression/scale.ts";
import { PAPER } from "../project.ts";
import {
  FINAL_ITERATIONS,
  FIRST_ITERATIONS,
  REACHED_SHARE,
  REACHED_WINDOW,
} from "./analyse.ts";
import type { TransferContent } from "./content.ts";

/** The paper's claim, with its numbers. */
export async function claimNote(): Promise<string> {
  const paper = await loadPaper(PAPER);
  const pairs = paper.transfer({ policy: "pretrained" }).map((row) => {
    const { source, target } = row;
    const [scratch] = paper.transfer({ source, target, policy: "scratch" });
    return `${formatPaperCell(row.reward)} against ${
      formatPaperCell(scratch?.reward)
    }`;
  });
  const cells = paper.transfer().map(({ reward }) => reward);
  return `Policies transfer (section 4.6): over the first 10 iterations policies of layer removal that were trained on another network earn more reward than policies from scratch (${
    pairs.join(", ")
  } on ${pairs.length} pairs of networks). Tested here: more than policies from scratch, and more than policies from scratch that are biased to keep as many layers. ${
    paperLegend(cells)
  }`;
}

/** Says in one line on what scale policies were carried over. */
export function transferScaleNote(
  { identity: { config }, images }: TransferContent,
): string {
  const { width, student, removal } = config;
  const { epochs } = student;
  const isPapers = width === 1 && student.images === 0 &&
    removal.iterations >= 100;
  const scale = isPapers
    ? "The paper's scale:"
    : "**Laptop-scale numbers, not the paper's:**";
  return `${scale} the teachers are ${
    teacherScale(config)
  }, searches have ${removal.iterations} iterations of ${removal.rollouts} students, and rewards are of ${
    epochs === 0
      ? "students that are not trained"
      : `a short training, ${epochs} ${epochs === 1 ? "epoch" : "epochs"} on ${
        formatCount(student.images || images.train)
      } images`
  }. No student is trained to the end and no test image is looked at: as in the paper's table this is about searches, not about what they find at last.`;
}

/** Says what the columns of the first table are. */
export function policyColumnsNote(content: TransferContent): string {
  const { iterations } = content.identity.config.removal;
  return `Means over search seeds of each search's first ${
    Math.min(FIRST_ITERATIONS, iterations)
  } iterations, with their standard
deviation and Student's 95 % interval. Mean reward is that of all students
proposed, rejected ones at -1; C = 1 - parameters / teacher's and the accuracy
after the short training are of those that are students. "At the end" is the mean
reward of the last ${
    Math.min(FINAL_ITERATIONS, iterations)
  } iterations. Differences are of the first iterations' mean reward,
seed by seed; g is Hedges' g_z, the mean difference by its standard deviation,
corrected for few seeds; p is of a two-sided sign-flip test, then corrected by Holm's method over the two comparisons.
With n seeds p is at least 2^(1 - n). "Scratch, biased" begins with a bias by which
it keeps as many layers as the pre-trained policy does: what it lacks is which. Seeds vary the searches alone: data, teachers
and the students' trainings are the same for all searches of a source and target.`;
}

/** Says what the columns of the second table are. */
export function reachedNote(content: TransferContent): string {
  const { iterations, rollouts } = content.identity.config.removal;
  return `The reward asked for is ${
    formatNumber(100 * REACHED_SHARE, 0)
  } % of the mean reward at the end of the searches
from scratch. A search has got there with the first ${
    Math.min(REACHED_WINDOW, iterations)
  } iterations in a row whose
mean reward is as high. Searches that did not are censored at the ${
    formatCount(iterations * rollouts)
  } students that
they proposed: the restricted mean counts them with so many, and is too low where
there are any; the median is Kaplan and Meier's. This table decides nothing.`;
}

/** Says what the policies from scratch are, and what was carried over. */
export function policyNote(content: TransferContent): string {
  const { seeds, identity: { config } } = content;
  const free = content.target.decisions.length;
  const rates = summarise(seeds.map(({ keepRate }) => keepRate));
  const spread = mean(seeds.map(({ keepSpread }) => keepSpread));
  return `How it was done: for each seed a policy was trained on the source by a search of
layer removal (space \`${config.space}\`, ${
    formatCount(content.source.decisions.length)
  } decisions there, ${formatCount(free)} on the target),
then carried to the target with its optimiser afresh ("pre-trained"). "Scratch" is
the search with the same seed without it; "scratch, biased" has an initial keep bias
that gives its decisions the mean probability of being kept that they have under the
pre-trained policy, ${
    formatMean(rates, formatAccuracy)
  } % here: what it lacks is which layers to keep.
Under the pre-trained policy, before it learns on the target, that probability
differs between decisions with a standard deviation of ${
    formatNumber(100 * spread, 1)
  } points (mean over
seeds). ${
    formatCount(content.students.source)
  } distinct students of the source and ${
    formatCount(content.students.target)
  } of the target were trained and
scored on ${
    formatCount(content.images.validation)
  } validation images, from ${config.student.start} weights.`;
}
