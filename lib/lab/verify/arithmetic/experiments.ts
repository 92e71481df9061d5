/**
 * What follows in the records of experiments that are no compressions.
 *
 * @module
 */

import { reward } from "../../../reward/mod.ts";
import type { BaselineContent } from "../../baselines/content.ts";
import type {
  LossSearchesContent,
  LossStudentsContent,
} from "../../distillation/content.ts";
import {
  type FidelityContent,
  fidelityContent,
} from "../../fidelity/content.ts";
import { type Claim, shareOf } from "./claim.ts";
import { formOf } from "./form.ts";
import { builtClaims, imagesOf, scoringImages } from "./images.ts";

/** Accuracies of a baseline's networks. */
export function* baselineClaims(
  { identity: { config, data }, teacher, sizes }: BaselineContent,
): Generator<Claim> {
  yield* builtClaims(config, teacher);
  const { test } = imagesOf(data);
  const all = [
    ["teacher", teacher] as const,
    ...sizes.map((each, i) => [`sizes[${i}]`, each] as const),
  ];
  for (const [path, each] of all) {
    yield* shareOf(`${path}.validation`, each.validation, config.validation);
    yield* shareOf(`${path}.test`, each.test, test);
  }
}

/** Which proxy is chosen, and the scores that it is chosen by. */
export function* fidelityClaims(content: FidelityContent): Generator<Claim> {
  const { identity: { config }, teacher, images, students } = content;
  yield* builtClaims(config, teacher);
  yield* shareOf("teacher.validation", teacher.validation, config.validation);
  for (const [i, student] of students.entries()) {
    const path = `students[${i}]`;
    const { truth, truthOnScoring, scores } = student;
    yield* shareOf(`${path}.truth`, truth, images.confirm);
    yield* shareOf(`${path}.truthOnScoring`, truthOnScoring, images.scoring);
    for (const [name, { accuracy }] of Object.entries(scores)) {
      yield* shareOf(
        `${path}.scores["${name}"].accuracy`,
        accuracy,
        images.scoring,
      );
    }
  }
  yield {
    path: "chosen",
    recorded: content.chosen,
    redone: fidelityContent(content).chosen,
  };
}

/** Accuracies of students under losses. */
export function* lossStudentsClaims(
  { identity: { config }, teacher, images, students }: LossStudentsContent,
): Generator<Claim> {
  yield* builtClaims(config, teacher);
  yield* shareOf("teacher.validation", teacher.validation, config.validation);
  for (const [i, { scores }] of students.entries()) {
    for (const [k, { accuracy }] of scores.entries()) {
      yield* shareOf(
        `students[${i}].scores[${k}].accuracy`,
        accuracy,
        images.confirm,
      );
    }
  }
}

/**
 * Rewards of what searches under losses chose: the accuracy of the teacher that they
 * are relative to is not recorded, but it is one.
 */
export function* lossSearchesClaims(
  { identity: { config }, teacher, images, searches }: LossSearchesContent,
): Generator<Claim> {
  yield* builtClaims(config, teacher);
  yield* shareOf("teacher.validation", teacher.validation, config.validation);
  let first: number | undefined;
  for (const [i, { winner }] of searches.entries()) {
    if (winner === undefined || winner.reward <= 0) continue;
    const path = `searches[${i}].winner`;
    yield* shareOf(`${path}.accuracy`, winner.accuracy, images.confirm);
    const compression = 1 - winner.parameters / teacher.parameters;
    const worth = (teacherAccuracy: number) =>
      reward({
        accuracy: winner.accuracy,
        teacherAccuracy,
        compression,
        ...formOf(config),
      });
    // Taken of the first, and a share of the images that score candidates: in every
    // form a reward is a + b / A_T.
    const asked = scoringImages(config);
    const b = worth(0.5) - worth(1);
    const a = worth(1) - b;
    first ??= Math.round(b / (winner.reward - a) * asked) / asked;
    yield {
      path: `${path}.reward`,
      recorded: winner.reward,
      redone: worth(first),
    };
  }
}
