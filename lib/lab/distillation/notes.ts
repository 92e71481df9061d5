/**
 * Sentences that stand beside what was found of losses.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatCompression,
  formatCount,
  formatNumber,
  formatPoints,
  LEVEL,
  pairsNeeded,
  statedP,
  verdictSection,
} from "../../report/mod.ts";
import { teacherScale } from "../compression/scale.ts";
import { isFileNetwork } from "../options/teacher_file.ts";
import { analyseSearches, type StudentsAnalysis } from "./analyse.ts";
import type {
  DistillationContent,
  LossSearchesContent,
  LossStudentsContent,
} from "./content.ts";
import { decide, decidingLoss, type DecidingTest } from "./decide.ts";
import { lossTitle } from "./losses.ts";
import { distillationOptionsOf } from "./options.ts";
import { type Setting, settingsOf } from "./settings.ts";

/** Images of a setting's trainings, of which there are so many in all. */
function trainedOn({ images }: Pick<Setting, "images">, all: number): number {
  return images || all;
}

const count = (images: number, all: number) =>
  formatCount(trainedOn({ images }, all));

/** Says in one line on what scale losses were compared. */
export function distillationScaleNote(
  { identity: { config }, images: { train } }: DistillationContent,
): string {
  const [final, , short] = settingsOf(config);
  const epochs = (of: typeof final) =>
    `${of!.epochs} ${of!.epochs === 1 ? "epoch" : "epochs"} on ${
      count(of!.images, train)
    } images`;
  return `**Laptop-scale numbers, not the paper's:** the teacher is ${
    teacherScale(config)
  }, final trainings are ${epochs(final)}, short ones ${epochs(short)}.${
    config.images > 0 || trainedOn(final!, train) < train
      ? " The images are few so that losses can differ: with all of them an easy set leaves no room."
      : ""
  } No comparison of losses in the paper could be recovered.`;
}

/** The opening of a subject's page: what the test that decides makes of the claim. */
export function decisionSection(
  analysis: StudentsAnalysis,
  test: DecidingTest,
): string {
  const { verdict, because } = decide(analysis, test);
  return verdictSection({
    claim: test.claim,
    verdict,
    because,
    numbers: decisiveNumbers(analysis, test),
    wouldChange: wouldChange(analysis.content),
  });
}

/** The numbers that decide on a subject, a line each. */
export function decisiveNumbers(
  analysis: StudentsAnalysis,
  test: DecidingTest,
): readonly string[] {
  const { against } = decidingLoss(analysis, test);
  const { counts, difference, interval, hedges } = against!;
  const loss = analysis.content.losses.find(({ name }) => name === test.loss)!;
  const title = lossTitle(loss);
  if (interval === undefined) return [];
  return [
    `${title} less labels only, ${test.setting}: ${
      formatPoints(difference.mean)
    } points of validation accuracy, 95 % interval [${
      formatPoints(interval.low)
    }, ${formatPoints(interval.high)}]${
      hedges === undefined ? "" : `, Hedges' g ${formatNumber(hedges, 2)}`
    }.`,
    `Of ${difference.n} students ${counts.better} are better with it, ${counts.equal} as good, ${counts.worse} worse${
      difference.failed === 0
        ? ""
        : `; ${difference.failed} more are left out, as a training failed`
    }.`,
  ];
}

/** What would change a verdict. */
export function wouldChange(
  { images: { confirm }, identity: { config: { final } } }: LossStudentsContent,
): string {
  const steps = final.optimiser === "sgd"
    ? "SGD, whose steps grow with a loss's scale"
    : `${
      final.optimiser === "adamw" ? "AdamW" : "Adam"
    }, whose steps do not depend on a loss's scale`;
  return `Step sizes tuned for each loss (one recipe trains all, by ${steps}), another teacher or split (there is one of each), more students, or more than the ${
    formatCount(confirm)
  } images that accuracies are measured on (one is ${
    formatPoints(1 / confirm).replace("+", "")
  } points).`;
}

/** Says how students, losses and scores came about. */
export function methodNote(content: LossStudentsContent): string {
  const { students, teacher, images, settings, identity: { config } } = content;
  const counts = [...Map.groupBy(students, ({ kind }) => kind)]
    .map(([kind, of]) => `${of.length} by ${KINDS[kind]}`);
  const sizes = students.map(({ parameters }) =>
    teacher.parameters / parameters
  );
  const [final] = settings;
  return `How it was done: ${students.length} students of the teacher (${
    formatCount(teacher.parameters)
  } parameters), compressed ${formatCompression(Math.min(...sizes))} to ${
    formatCompression(Math.max(...sizes))
  },
were drawn at random and spread over the logarithm of their sizes (${
    counts.join(", ")
  }).
Each was trained by each loss in each setting, at equal epochs, on the same
images in the same order, from the same first weights: trainings of a setting
differ in the loss alone. "final" is the final recipe (${
    final!.epochs
  } epochs on ${count(final!.images, images.train)} images),
"short" the training that scores students in a search; "fresh" weights
are drawn anew, as in the paper, "inherited" ones are the teacher's. ${
    teacherImages(content)
  }

Accuracies are measured on one half of the validation images (${
    formatCount(images.confirm)
  }), which
nothing was chosen on; the other half scores students of searches. Lambda (${config.final.distillation})
and temperature (${
    distillationOptionsOf(config).temperature
  }) were set before, not tuned. No test image was used.`;
}

/** Says what is known of the paper's losses, and how. */
export function paperNote(): string {
  return `What is known of the paper: its distillation loss is the squared distance of
logits, its final students' loss labels + lambda x that (formulas of a reading
note). Here, as in the authors' code, the square is averaged over classes too: a
tenth of the paper's with ten classes. Lambda, epochs and rate of its final
trainings are not known, and no table of losses was found; the authors wrote later
that its accuracies need a final training on labels and logits (issue 9 of their
repository).`;
}

/** Says which images the teacher saw beside its students. */
export function teacherImages(
  { images: { train }, identity: { config } }: DistillationContent,
): string {
  const [final] = settingsOf(config);
  const own = trainedOn(final!, train);
  if (isFileNetwork(config.network)) {
    return `The teacher was trained elsewhere: which images it saw is not known. The
students see ${formatCount(own)}.`;
  }
  return own === train
    ? `The teacher saw the same ${formatCount(train)} images, as in the paper.`
    : `The teacher saw ${
      formatCount(train)
    } images and their labels, of which the
students see ${
      formatCount(own)
    }: its logits know of more labels than the students'.`;
}

const KINDS = {
  removal: "layer removal",
  shrinkage: "layer shrinkage",
  joint: "both at once",
} as const;

/** Says what the columns of the losses' table are. */
export function columnsNote(): string {
  return `Accuracies are means over students ± standard deviation, with Student's 95 %
interval. Differences are taken student by student; their mean has a 95 %
percentile bootstrap interval over students, below ten pairs, where that is too
narrow, Student's. Hedges' g is that mean in standard deviations of the
differences, corrected for few of them, rank-biserial the share of rank sums in
favour less that against. p is of Wilcoxon's two-sided signed rank test, corrected
by Holm's method over the losses of a training; with n students it is at least
2^(1 - n). "With size" is the rank correlation of the difference with the
students' parameters. A failed training takes its pair out, and is counted.`;
}

/** Says what the searches were. */
export function searchesNote(content: LossSearchesContent): string {
  const { identity: { config, seed }, images, losses, searches } = content;
  const { searchSeeds, finalImages } = distillationOptionsOf(config);
  const lengths = config.stages.split(",").map((kind) => {
    const { iterations, rollouts } =
      config[kind as "removal" | "shrinkage" | "joint"] ?? config.shrinkage;
    return `${kind} with ${iterations} iterations of ${rollouts} students`;
  });
  return `How it was done: ${searches.length} searches, ${searchSeeds} a loss, with seeds from ${seed} on
(${
    lengths.join(", then ")
  }; \`${config.search}\`, space \`${config.space}\`). They differ in the
loss of their short trainings alone: ${
    losses.map((loss) => escapeMarkdown(lossTitle(loss))).join("; ")
  }.
Students start from ${config.student.start} weights and are scored on one half of the
validation images (${
    formatCount(images.scoring)
  }). The student that a search chose was trained to the end
by one recipe, whatever the search's loss (labels + ${config.final.distillation} x logit MSE, ${config.final.epochs} epochs
on ${count(finalImages, images.train)} images, from ${
    config.final.start ?? "fresh"
  } weights), and is judged on the other half (${formatCount(images.confirm)}).
${teacherImages(content)} No test image was used.

Rewards are (A / A_teacher) C (2 - C) after the final training, -1 where a search
found nothing, its accuracy and compression then in no mean; differences are taken seed by seed, intervals and tests as for
students. "Same choice" counts the seeds with which both losses chose one network.`;
}

/** Answers whether the loss changes what a search finds, in a sentence a loss. */
export function searchesAnswer(content: LossSearchesContent): string {
  const { searchSeeds } = distillationOptionsOf(content.identity.config);
  const needed = pairsNeeded(content.losses.length - 1);
  if (searchSeeds < needed) {
    return `**Whether the loss changes what a search finds is not decidable at this scale:** ${searchSeeds} ${
      searchSeeds === 1 ? "search" : "searches"
    } a loss, at least ${needed} are needed.`;
  }
  const differing = analyseSearches(content).flatMap((
    { against },
    i,
  ) =>
    against?.adjusted !== undefined && against.adjusted < LEVEL
      ? [
        `${lossTitle(content.losses[i]!)} (${
          // The side that the test is of: a mean may be one search's alone.
          against.rankBiserial! > 0 ? "better" : "worse"} by ranks, ${
          statedP(against.adjusted)
        })`,
      ]
      : []
  );
  return differing.length === 0
    ? `**Over ${searchSeeds} searches a loss, no loss is shown to find students of another final reward than labels only** (p < ${LEVEL} after Holm's correction): see the intervals, and the pairs that are equal, which show nothing either way.`
    : `**Over ${searchSeeds} searches a loss, the loss changes the final reward of what is found:** ${
      escapeMarkdown(differing.join("; "))
    }.`;
}
