/**
 * A round of a stage's final trainings: some of its candidates, all with one
 * recipe.
 *
 * @module
 */

import {
  DEGENERATE_REWARD,
  type Objective,
  studentSizes,
} from "../reward/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { Evaluator } from "./memo.ts";
import type { Candidate } from "./records.ts";
import type { SizesOf } from "./stage.ts";

/** A candidate's training in a round. */
export interface Final {
  /** Id of the student. */
  readonly networkId: string;
  /** Its training, with the validation accuracy on all validation images. */
  readonly evaluation: Evaluation;
  /** Reward with that accuracy; -1 where the training failed or a limit is broken. */
  readonly reward: number;
}

/** A candidate and what came of it. */
export interface Tried {
  /** Who was trained. */
  readonly candidate: Candidate;
  /** The training. */
  readonly final: Final;
}

/** What {@link createRound} needs. */
export interface RoundOptions {
  /** Trains and remembers. */
  readonly evaluator: Evaluator;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Measures a student; left out, what its network tells by itself. */
  readonly sizesOf?: SizesOf | undefined;
  /** What a candidate is trained for. */
  readonly requestOf: (candidate: Candidate) => EvaluationRequest;
  /** What its trainings are for, for whoever watches them. */
  readonly purpose: readonly string[];
  /** Whether the trained weights are kept. */
  readonly keepsWeights: boolean;
  /** Whether a training came to something. */
  readonly succeeded: (final: Final) => boolean;
  /** Told of the epochs of trainings, as they are done. */
  readonly onEpochs?: OnEpochs | undefined;
}

/**
 * Is told of epochs that are done: of all trainings together as many as there are.
 *
 * @param epochs How many since it was told before, >= 1.
 * @param options Whether they were done by an earlier run, in no time.
 */
export type OnEpochs = (
  epochs: number,
  options: { readonly remembered: boolean },
) => void;

/** A round, begun when it is asked for. */
export interface Round {
  /**
   * Trains the first candidates side by side. Where none of them succeeds, those
   * behind are tried one after the other, until one does.
   *
   * @param order Candidates, best first.
   * @param count How many are trained side by side.
   * @returns All that were trained, in that order.
   */
  run(order: readonly Candidate[], count: number): Promise<readonly Tried[]>;
  /** What came of a candidate so far, if it was trained. */
  finalOf(candidate: Candidate): Final | undefined;
}

/**
 * Where no candidate of a round succeeds, so many behind them are tried: a recipe
 * that suits none of these suits none at all.
 */
export const FALLBACKS = 2;

/** Digits of a network's id that tell a round's trainings apart. */
const NAME_DIGITS = 8;

/** A time at which every soft limit has become hard. */
const AT_LAST = Number.MAX_SAFE_INTEGER;

/**
 * What a student is worth after a final training: however a limit softens or returns
 * while students are searched, at last it holds.
 *
 * @param objective What students are worth.
 * @param student Its size and accuracy.
 */
export function finalReward(
  objective: Objective,
  student: Parameters<Objective["score"]>[0],
): number {
  const { reward, violation } = objective.score(student, AT_LAST);
  return violation === undefined ? reward : DEGENERATE_REWARD;
}

/**
 * A round of trainings.
 *
 * @param options See {@link RoundOptions}.
 */
export function createRound(
  { evaluator, objective, sizesOf, requestOf, keepsWeights, ...options }:
    RoundOptions,
): Round {
  const { purpose, succeeded, onEpochs } = options;
  const done = new Map<Candidate, Final>();

  async function train(candidate: Candidate): Promise<Tried> {
    const request = requestOf(candidate);
    const remembered = evaluator.seconds(request) > 0;
    let told = 0;
    const tell = (epochs: number) => {
      // Another worker of a queue may begin again a little earlier.
      if (epochs <= told) return;
      // What the first epoch jumps over was done before.
      if (told === 0 && epochs > 1 && !remembered) {
        onEpochs?.(epochs - 1, { remembered: true });
        told = epochs - 1;
      }
      onEpochs?.(epochs - told, { remembered });
      told = epochs;
    };
    const evaluation = await evaluator.evaluate(request, {
      ...(keepsWeights ? { weights: true } : {}),
      checkpoints: true,
      purpose: [...purpose, candidate.networkId.slice(0, NAME_DIGITS)],
      ...(onEpochs === undefined ? {} : { onEpoch: tell }),
    });
    // Nobody is told of the last epoch, nor of any that was done before; a training
    // that failed is over too.
    tell(request.recipe.epochs);
    const { accuracy, failure } = evaluation;
    const { network } = candidate;
    const sizes = await (sizesOf?.(network) ?? studentSizes(network));
    const final: Final = {
      networkId: candidate.networkId,
      evaluation,
      reward: failure === undefined
        ? finalReward(objective, { sizes, accuracy })
        : DEGENERATE_REWARD,
    };
    done.set(candidate, final);
    return { candidate, final };
  }

  return {
    async run(order, count) {
      const tried = await Promise.all(order.slice(0, count).map(train));
      for (const candidate of order.slice(count, count + FALLBACKS)) {
        if (tried.some(({ final }) => succeeded(final))) break;
        tried.push(await train(candidate));
      }
      return tried;
    },
    finalOf: (candidate) => done.get(candidate),
  };
}
