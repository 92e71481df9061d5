/**
 * The final trainings of a stage: its best candidates to the end, and which of
 * them wins.
 *
 * @module
 */

import {
  DEGENERATE_REWARD,
  type Objective,
  studentSizes,
} from "../reward/mod.ts";
import type { Recipe } from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { Evaluator } from "./memo.ts";
import type { Candidate } from "./records.ts";

/** A candidate's final training. */
export interface Final {
  /** Id of the student. */
  readonly networkId: string;
  /** Its training, with the validation accuracy on all validation images. */
  readonly evaluation: Evaluation;
  /** Reward with that accuracy; -1 where the training failed or a limit is broken. */
  readonly reward: number;
}

/** A stage's best student after its final training. */
export interface Winner extends Candidate {
  /** Its final training. */
  readonly final: Final;
  /** The final training's request: its weights are kept under it. */
  readonly request: EvaluationRequest;
}

/** What final trainings need. */
export interface FinalOptions {
  /** Trains and remembers. */
  readonly evaluator: Evaluator;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Long training of a stage's best candidates. */
  readonly final: Recipe;
  /** Id of the data for it. */
  readonly finalData: string;
  /** Seed of the students' trainings, >= 1. */
  readonly studentSeed: number;
  /** Name of the engine. */
  readonly engine: string;
  /** Candidates that are trained side by side, >= 1. */
  readonly finalists: number;
  /** Called after each epoch of a final training. */
  readonly onFinalEpoch?: () => void;
}

/** A stage's final trainings, begun when they are asked for. */
export interface Finals {
  /**
   * The candidate that the next stage starts from. A single finalist is not
   * trained for it: nothing is to be compared.
   */
  chosen(): Promise<Candidate | undefined>;
  /** The winner, trained to the end; undefined where no training succeeded. */
  winner(): Promise<Winner | undefined>;
  /** All that were trained so far, in the order of the candidates. */
  trained(): readonly Final[];
  /** Their requests. */
  requests(): readonly EvaluationRequest[];
}

/**
 * Where no finalist succeeds, so many candidates behind them are tried, one after
 * the other: a recipe that suits none of these suits none at all.
 */
const FALLBACKS = 2;

/** A time at which every soft limit has become hard. */
const AT_LAST = Number.MAX_SAFE_INTEGER;

/**
 * The final trainings of a stage.
 *
 * @param options See {@link FinalOptions}.
 * @param candidates The stage's, best first.
 */
export function finalsOf(
  options: FinalOptions,
  candidates: readonly Candidate[],
): Finals {
  const { evaluator, objective, finalists, onFinalEpoch } = options;
  const done = new Map<Candidate, Final>();

  const requestOf = ({ network }: Candidate): EvaluationRequest => ({
    network,
    recipe: options.final,
    data: options.finalData,
    seed: options.studentSeed,
    engine: options.engine,
  });

  /** Final trainings are long, and their weights are wanted. */
  async function train(candidate: Candidate): Promise<Final> {
    const evaluation = await evaluator.evaluate(requestOf(candidate), {
      weights: true,
      checkpoints: true,
      ...(onFinalEpoch === undefined ? {} : { onEpoch: onFinalEpoch }),
    });
    const { accuracy, failure } = evaluation;
    const sizes = studentSizes(candidate.network);
    const final: Final = {
      networkId: candidate.networkId,
      evaluation,
      reward: failure === undefined
        ? objective.score({ sizes, accuracy }, AT_LAST).reward
        : DEGENERATE_REWARD,
    };
    done.set(candidate, final);
    return final;
  }

  /** The best of the finalists, else the first of those behind that succeeds. */
  async function best(): Promise<Winner | undefined> {
    const first = candidates.slice(0, finalists);
    const finals = await Promise.all(first.map(train));
    const rewards = finals.map(({ reward }) => reward);
    const most = Math.max(DEGENERATE_REWARD, ...rewards);
    if (most > DEGENERATE_REWARD) {
      const at = rewards.indexOf(most);
      return won(first[at]!, finals[at]!);
    }
    for (
      const candidate of candidates.slice(finalists, finalists + FALLBACKS)
    ) {
      const final = await train(candidate);
      if (final.reward > DEGENERATE_REWARD) return won(candidate, final);
    }
    return undefined;
  }

  function won(candidate: Candidate, final: Final): Winner {
    return { ...candidate, final, request: requestOf(candidate) };
  }

  let found: Promise<Winner | undefined> | undefined;
  const winner = () => found ??= best();
  const trained = () => candidates.filter((candidate) => done.has(candidate));
  return {
    winner,
    chosen: async () =>
      Math.min(candidates.length, finalists) < 2
        ? candidates[0]
        : await winner(),
    trained: () => trained().map((candidate) => done.get(candidate)!),
    requests: () => trained().map(requestOf),
  };
}
