/**
 * The final trainings of a stage: its best candidates to the end, and which of
 * them wins. Where many candidates are promising, rungs of growing length come
 * before, each with the best of the one before: successive halving (Jamieson &
 * Talwalkar 2016).
 *
 * @module
 */

import { DEGENERATE_REWARD, type Objective } from "../reward/mod.ts";
import type { Recipe } from "../training/mod.ts";
import type { EvaluationRequest } from "./evaluation.ts";
import {
  createRound,
  type Final,
  type OnEpochs,
  type Round,
  type Tried,
} from "./final_round.ts";
import type { StartOf } from "./heritage.ts";
import type { Evaluator } from "./memo.ts";
import type { Candidate } from "./records.ts";
import type { SizesOf } from "./stage.ts";

/** A candidate with a training whose weights are kept. */
export interface TrainedCandidate extends Candidate {
  /** The training's request: its weights are kept under it. */
  readonly request: EvaluationRequest;
}

/** A stage's best student after its final training. */
export interface Winner extends TrainedCandidate {
  /** Its final training. */
  readonly final: Final;
}

/** A training that decides who is trained longer. */
export interface Rung {
  /** Candidates that are trained side by side, at most; >= 1. */
  readonly students: number;
  /** How. */
  readonly recipe: Recipe;
}

/** What final trainings need. */
export interface FinalOptions {
  /** Trains and remembers. */
  readonly evaluator: Evaluator;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Measures a student; left out, what its network tells by itself. */
  readonly sizesOf?: SizesOf;
  /**
   * What comes before the final training, each for fewer students than the one
   * before and the last for more than there are finalists; maybe nothing.
   */
  readonly rungs: readonly Rung[];
  /** Long training of a stage's best candidates. */
  readonly final: Recipe;
  /** Id of the data for rungs and final training. */
  readonly finalData: string;
  /** Seed of the students' trainings, >= 1. */
  readonly studentSeed: number;
  /** Name of the engine. */
  readonly engine: string;
  /** Candidates that are trained side by side, >= 1. */
  readonly finalists: number;
  /** Where trainings start; from fresh weights when left out. */
  readonly start?: StartOf;
  /** Whether the next stage inherits trained weights of the student it starts from. */
  readonly needsWeights?: boolean;
  /** Whose trainings they are, for whoever watches them: the stage, for example. */
  readonly purpose?: readonly string[];
  /** Told of the epochs of rungs and final trainings, as they are done. */
  readonly onFinalEpochs?: OnEpochs;
}

/** A stage's final trainings, begun when they are asked for. */
export interface Finals {
  /**
   * The candidate that the next stage starts from. A single finalist is not
   * trained to the end for it: nothing is to be compared. Where its weights are
   * needed, those of its longest rung serve.
   */
  chosen(): Promise<Candidate | TrainedCandidate | undefined>;
  /** The winner, trained to the end; undefined where no training succeeded. */
  winner(): Promise<Winner | undefined>;
  /** All that were trained to the end so far, in the order of the candidates. */
  trained(): readonly Final[];
  /** All that each rung trained so far, in the order of the candidates. */
  rungs(): readonly (readonly Final[])[];
  /** The requests of all that were trained so far, the rungs' first. */
  requests(): readonly EvaluationRequest[];
}

/** Candidates, best first, of which the first few have come through all rungs. */
interface Ranked {
  readonly order: readonly Candidate[];
  /** How many; the others are there for want of better ones. */
  readonly through: number;
}

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
  const {
    evaluator,
    objective,
    finalists,
    needsWeights = false,
    start,
    purpose = [],
  } = options;

  const requestOf = (
    candidate: Candidate,
    recipe: Recipe,
  ): EvaluationRequest => ({
    network: candidate.network,
    recipe,
    data: options.finalData,
    seed: options.studentSeed,
    engine: options.engine,
    ...(start === undefined ? {} : { start: start(candidate) }),
  });

  const roundOf = (
    recipe: Recipe,
    own: {
      readonly purpose: readonly string[];
      readonly keepsWeights: boolean;
      readonly succeeded: (final: Final) => boolean;
    },
  ) =>
    createRound({
      evaluator,
      objective,
      sizesOf: options.sizesOf,
      requestOf: (candidate) => requestOf(candidate, recipe),
      onEpochs: options.onFinalEpochs,
      ...own,
    });

  const rungs = options.rungs.map(({ recipe, students }, at) => ({
    recipe,
    students,
    round: roundOf(recipe, {
      purpose: [...purpose, `rung${at + 1}`],
      keepsWeights: needsWeights && at + 1 === options.rungs.length,
      succeeded: isSound,
    }),
  }));
  const last = roundOf(options.final, {
    purpose: [...purpose, "final"],
    keepsWeights: true,
    succeeded: isWinner,
  });

  /** The order after all rungs. */
  async function halve(): Promise<Ranked> {
    let [order, through] = [candidates, candidates.length];
    for (const [at, { students, round }] of rungs.entries()) {
      const next = rungs[at + 1]?.students ?? finalists;
      const count = Math.min(students, through);
      // All of them would go on: there is nothing to decide.
      if (count <= next) continue;
      const tried = await round.run(order, count);
      const sound = byReward(
        tried.filter(({ final }) => final.evaluation.failure === undefined),
      );
      if (sound.length === 0) return { order: [], through: 0 };
      order = [
        ...sound.map(({ candidate }) => candidate),
        ...order.slice(tried.length),
      ];
      through = sound.length;
    }
    return { order, through };
  }

  async function best(): Promise<Winner | undefined> {
    const { order, through } = await ranked();
    const tried = await last.run(order, Math.min(finalists, through));
    const [first] = byReward(tried.filter(({ final }) => isWinner(final)));
    if (first === undefined) return undefined;
    const { candidate, final } = first;
    const request = requestOf(candidate, options.final);
    return { ...candidate, final, request };
  }

  let halved: Promise<Ranked> | undefined;
  const ranked = () => halved ??= halve();
  let found: Promise<Winner | undefined> | undefined;
  const winner = () => found ??= best();

  const finalsIn = ({ finalOf }: Round) =>
    candidates.flatMap((candidate) => finalOf(candidate) ?? []);
  const requestsIn = ({ finalOf }: Round, recipe: Recipe) =>
    candidates
      .filter((candidate) => finalOf(candidate) !== undefined)
      .map((candidate) => requestOf(candidate, recipe));
  return {
    winner,
    async chosen() {
      const { order, through } = await ranked();
      if (Math.min(through, finalists) >= 2) return await winner();
      const [first] = order;
      if (first === undefined || !needsWeights) return first;
      const rung = rungs.at(-1);
      return rung?.round.finalOf(first) === undefined
        ? await winner()
        : { ...first, request: requestOf(first, rung.recipe) };
    },
    trained: () => finalsIn(last),
    rungs: () => rungs.map(({ round }) => finalsIn(round)),
    requests: () => [
      ...rungs.flatMap(({ round, recipe }) => requestsIn(round, recipe)),
      ...requestsIn(last, options.final),
    ],
  };
}

/**
 * Whether a rung's training says how good the student is. One that breaks a limit
 * stays, behind all that do not: its accuracy may rise in a longer training.
 */
function isSound({ evaluation }: Final): boolean {
  return evaluation.failure === undefined;
}

/** Whether a stage may end with this final training. */
function isWinner({ reward }: Final): boolean {
  return reward > DEGENERATE_REWARD;
}

/** The highest reward first; of equal ones, the order stays. */
function byReward(tried: readonly Tried[]): readonly Tried[] {
  return tried.toSorted((a, b) => compareFinals(score(a), score(b)));
}

function score({ final: { reward, evaluation } }: Tried): FinalScore {
  return { reward, accuracy: evaluation.accuracy };
}

/** What of a training decides who goes on. */
export interface FinalScore {
  /** R, or -1. */
  readonly reward: number;
  /** Validation accuracy, in [0, 1]. */
  readonly accuracy: number;
}

/**
 * The better one first: by reward, and of those that break a limit, which only the
 * accuracy can do so late, the one that is nearer to keeping it.
 *
 * @param a A training.
 * @param b Another one.
 * @returns Below 0 where `a` comes first; 0 leaves their order.
 */
export function compareFinals(a: FinalScore, b: FinalScore): number {
  return b.reward - a.reward ||
    (a.reward === DEGENERATE_REWARD ? b.accuracy - a.accuracy : 0);
}
