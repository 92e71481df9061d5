/**
 * What follows in the records of experiments that are no compressions.
 *
 * @module
 */

import { reward, type RewardForm } from "../../../reward/mod.ts";
import type { AblationContent } from "../../ablation/content.ts";
import type { BaselineContent } from "../../baselines/content.ts";
import type {
  LossSearchesContent,
  LossStudentsContent,
} from "../../distillation/content.ts";
import {
  type FidelityContent,
  fidelityContent,
} from "../../fidelity/content.ts";
import type { SearchCourse, TransferContent } from "../../transfer/content.ts";
import { type Claim, shareOf } from "./claim.ts";
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

/** Rewards of the students that searches chose, then and again. */
export function* ablationClaims(
  { identity, teacher, images, length, arms }: AblationContent,
): Generator<Claim> {
  yield* builtClaims(identity.config, teacher);
  yield* shareOf("teacher.accuracy", teacher.accuracy, images.validation);
  const ablated = identity.arms;
  for (const [a, { searches }] of arms.entries()) {
    const { options = {} } = ablated[a] ?? {};
    const own = { ...length, ...options[identity.ablation.stage] };
    for (const [s, { proposed, chosen }] of searches.entries()) {
      const path = `arms[${a}].searches[${s}]`;
      if (own.budget === undefined) {
        yield {
          path: `${path}.proposed`,
          recorded: proposed,
          redone: own.iterations * own.rollouts,
        };
      }
      if (chosen === undefined) continue;
      const compression = 1 - chosen.parameters / teacher.parameters;
      yield {
        path: `${path}.chosen.compression`,
        recorded: chosen.compression,
        redone: compression,
      };
      yield* shareOf(
        `${path}.chosen.accuracy`,
        chosen.accuracy,
        images.validation,
      );
      yield {
        path: `${path}.chosen.reward`,
        recorded: chosen.reward,
        redone: reward({
          accuracy: chosen.accuracy,
          teacherAccuracy: teacher.accuracy,
          compression,
        }),
      };
      const { again } = chosen;
      yield* shareOf(
        `${path}.chosen.again.accuracy`,
        again.accuracy,
        images.again,
      );
      // A training that failed is worth -1.
      if (again.accuracy === 0 && again.reward === -1) continue;
      yield {
        path: `${path}.chosen.again.reward`,
        recorded: again.reward,
        redone: reward({
          accuracy: again.accuracy,
          teacherAccuracy: teacher.accuracyAgain,
          compression,
        }),
      };
    }
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

/** Rewards of all searches, from sizes and accuracies. */
export function* transferClaims(
  { identity: { config }, images, target, source, seeds }: TransferContent,
): Generator<Claim> {
  yield* builtClaims(config, target);
  yield* shareOf("target.accuracy", target.accuracy, images.validation);
  for (const [i, each] of seeds.entries()) {
    const courses = [
      ["source", each.source, source, config.removal.rollouts],
      ["pretrained", each.pretrained, target, config.removal.rollouts],
      ["scratch", each.scratch, target, config.removal.rollouts],
      ["biased", each.biased, target, config.removal.rollouts],
    ] as const;
    for (const [name, course, { accuracy, parameters }, rollouts] of courses) {
      yield* courseClaims(course, {
        path: `seeds[${i}].${name}`,
        accuracy,
        parameters,
        rollouts,
        images: name === "source" ? scoringImages(config) : images.validation,
        isLimited: Object.keys(config.limits).some((key) =>
          key !== "mode" && key !== "iterations"
        ),
        ...formOf(config),
      });
    }
  }
}

function* courseClaims(
  { iterations }: SearchCourse,
  {
    path,
    accuracy: teacherAccuracy,
    parameters,
    rollouts,
    images,
    isLimited,
    form,
  }: {
    readonly path: string;
    readonly accuracy: number;
    readonly parameters: number;
    readonly rollouts: number;
    readonly images: number;
    readonly isLimited: boolean;
    readonly form?: RewardForm;
  },
): Generator<Claim> {
  for (const [k, scores] of iterations.entries()) {
    const at = `${path}.iterations[${k}]`;
    const { rewards, compressions, accuracies } = scores;
    yield {
      path: `${at}.rewards: how many`,
      recorded: rewards.length,
      redone: rollouts,
    };
    yield {
      path: `${at}.accuracies: how many`,
      recorded: accuracies.length,
      redone: compressions.length,
    };
    for (const [j, each] of accuracies.entries()) {
      yield* shareOf(`${at}.accuracies[${j}]`, each, images);
    }
    for (const [j, each] of compressions.entries()) {
      // That of a student with a whole number of parameters.
      const student = Math.round((1 - each) * parameters);
      yield {
        path: `${at}.compressions[${j}]`,
        recorded: each,
        redone: 1 - student / parameters,
      };
    }
    // A broken limit costs the reward, and which students broke one is not kept.
    if (isLimited || accuracies.length !== compressions.length) continue;
    yield {
      path: `${at}.rewards`,
      recorded: rewards.filter((each) => each !== -1),
      redone: accuracies.map((accuracy, j) =>
        reward({
          accuracy,
          teacherAccuracy,
          compression: compressions[j]!,
          ...(form === undefined ? {} : { form }),
        })
      ),
    };
  }
}

function formOf(
  { reward: form }: { readonly reward?: RewardForm | undefined },
): { readonly form?: RewardForm } {
  return form === undefined ? {} : { form };
}
