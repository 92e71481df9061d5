/**
 * What is drawn of searches and trainings: the same names as in their records.
 *
 * @module
 */

import { DEGENERATE_REWARD } from "../../reward/mod.ts";
import type { IterationRecord, Proposal } from "../../search/mod.ts";
import { learningRateAt, type Recipe } from "../../training/mod.ts";
import type { Scalars } from "./event.ts";

/** What is known of a training so far. */
export interface TrainingCourse {
  /** Mean loss of each finished epoch. */
  readonly losses: readonly number[];
  /** Validation accuracy after each of them, where it was measured. */
  readonly validations?: readonly number[];
  /** Steps that these epochs took; left out where that is not known. */
  readonly steps?: number;
  /** Validation accuracy after the last epoch, of a training that is over. */
  readonly accuracy?: number;
}

/**
 * Points of a stage, iteration by iteration: `student/…` against the students
 * proposed so far, `iteration/…` against the iterations, both from 1.
 *
 * @returns Points of each record, which must come in order.
 */
export function searchPoints(): (
  record: IterationRecord,
) => readonly Scalars[] {
  let [proposed, best] = [0, DEGENERATE_REWARD];
  return ({ iteration, proposals, baseline, update }) => {
    const students = proposals.map((proposal) => {
      best = Math.max(best, proposal.reward);
      return {
        step: ++proposed,
        values: named("student", {
          ...studentValues(proposal),
          bestReward: best,
        }),
      };
    });
    const sum = proposals.reduce((all, { reward }) => all + reward, 0);
    return [...students, {
      step: iteration + 1,
      values: named("iteration", {
        meanReward: sum / proposals.length,
        baseline,
        entropy: update?.entropy,
        gradientNorm: update?.gradientNorm,
      }),
    }];
  };
}

/** Of one without a network nothing but its reward is known. */
function studentValues(
  { reward, accuracy, compression, parameters, failure }: Proposal,
): Readonly<Record<string, number | undefined>> {
  return {
    reward,
    // A failed training was never measured.
    accuracy: failure === undefined ? accuracy : undefined,
    compression,
    parameters,
  };
}

/**
 * Points of a training, `training/…` against the epochs, from 1.
 *
 * @param recipe How it trains.
 * @returns Points of what was not known when it was called last.
 */
export function trainingPoints(
  recipe: Recipe,
): (course: TrainingCourse) => readonly Scalars[] {
  let [known, isOver] = [0, false];
  return ({ losses, validations, steps, accuracy }) => {
    const from = known;
    known = Math.max(known, losses.length);
    const points = losses.slice(from).map((loss, i) => {
      const epoch = from + i;
      return {
        step: epoch + 1,
        values: named("training", {
          loss,
          learningRate: rateOf(recipe, { epoch, steps, of: losses.length }),
          validationAccuracy: validations?.[epoch],
        }),
      };
    });
    // One that measures after each epoch has told the last as well.
    const isNews = accuracy !== undefined && !isOver &&
      validations === undefined;
    isOver ||= accuracy !== undefined;
    return isNews
      ? [...points, {
        step: losses.length,
        values: named("training", { validationAccuracy: accuracy }),
      }]
      : points;
  };
}

/** Learning rate of an epoch's first step. */
function rateOf(
  recipe: Recipe,
  { epoch, steps, of }: {
    readonly epoch: number;
    /** Steps that so many epochs took. */
    readonly steps: number | undefined;
    readonly of: number;
  },
): number | undefined {
  if (steps === undefined) return undefined;
  const perEpoch = steps / of;
  return learningRateAt(recipe, {
    step: epoch * perEpoch,
    steps: recipe.epochs * perEpoch,
  });
}

/** Values under the tags of a group; those that are not there are left out. */
function named(
  group: string,
  values: Readonly<Record<string, number | undefined>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[`${group}/${name}`, value]]
    ),
  );
}
