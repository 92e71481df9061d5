/**
 * What follows of a stage's final trainings: who is trained, and the rewards.
 *
 * @module
 */

import type { Objective } from "../../../reward/mod.ts";
import {
  compareFinals,
  FALLBACKS,
  finalReward,
  type FinalScore,
} from "../../../search/mod.ts";
import type { FinalContent, StageContent } from "../../compression/content.ts";
import type { CompressionConfig } from "../../options/compression.ts";
import { finalRounds } from "../../options/recipes.ts";
import { type Claim, shareOf } from "./claim.ts";
import type { Replayed } from "./replay.ts";

/** What {@link finalClaims} needs. */
export interface FinalsOptions {
  /** Where the stage is in the record. */
  readonly path: string;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Its proposals. */
  readonly replayed: Replayed;
  /** The options. */
  readonly config: CompressionConfig;
}

/**
 * Each rung and the final trainings: that these were the best of the round before,
 * how long they took, what they are worth.
 *
 * @param stage What is recorded.
 * @param options See {@link FinalsOptions}.
 */
export function* finalClaims(
  { rungs = [], finals }: StageContent,
  { path, replayed, config, ...options }: FinalsOptions,
): Generator<Claim> {
  const { candidates } = replayed;
  const rounds = finalRounds(config);
  yield {
    path: `${path}.rungs: how many`,
    recorded: rungs.length,
    redone: rounds.length - 1,
  };
  let order = candidates;
  let through = candidates.length;
  for (const [at, { students, recipe: { epochs } }] of rounds.entries()) {
    const next = rounds[at + 1]?.students;
    const trainings = next === undefined ? finals : rungs[at] ?? [];
    const round = next === undefined
      ? `${path}.finals`
      : `${path}.rungs[${at}]`;
    const count = Math.min(students, through);
    // All of a rung would go on: it decides nothing.
    const isIdle = next !== undefined && count <= next;
    const isSuccess = ({ failure, reward }: FinalContent) =>
      next === undefined ? reward > -1 : failure === undefined;
    const tried = isIdle ? [] : triedOf(order, { count, trainings, isSuccess });
    yield {
      path: `${round}: which candidates`,
      recorded: trainings.map(({ networkId }) => networkId),
      // They are recorded in the order of the search.
      redone: candidates.filter((id) => tried.includes(id)),
    };
    yield* roundClaims(trainings, {
      ...options,
      round,
      epochs,
      sizes: replayed.sizes,
      validation: config.validation,
    });
    if (isIdle) continue;
    const sound = trainings.filter(isSuccess).toSorted((a, b) =>
      compareFinals(scoreOf(a), scoreOf(b)) ||
      order.indexOf(a.networkId) - order.indexOf(b.networkId)
    ).map(({ networkId }) => networkId);
    through = sound.length;
    order = through === 0 ? [] : [...sound, ...order.slice(tried.length)];
  }
}

function scoreOf({ reward, validation }: FinalContent): FinalScore {
  return { reward, accuracy: validation };
}

/** Those of an order that a round trains: more of them where none succeeds. */
function triedOf(
  order: readonly string[],
  { count, trainings, isSuccess }: {
    readonly count: number;
    readonly trainings: readonly FinalContent[];
    readonly isSuccess: (training: FinalContent) => boolean;
  },
): readonly string[] {
  const isGood = (id: string) =>
    trainings.some((each) => each.networkId === id && isSuccess(each));
  const tried = order.slice(0, count);
  for (const id of order.slice(count, count + FALLBACKS)) {
    if (tried.some(isGood)) break;
    tried.push(id);
  }
  return tried;
}

/** Rewards, accuracies and lengths of trainings. */
function* roundClaims(
  trainings: readonly FinalContent[],
  { round, epochs, sizes, objective, validation: images }: {
    readonly round: string;
    readonly epochs: number;
    readonly sizes: Replayed["sizes"];
    readonly objective: Objective;
    readonly validation: number;
  },
): Generator<Claim> {
  for (const [i, each] of trainings.entries()) {
    const own = sizes.get(each.networkId);
    const path = `${round}[${i}]`;
    yield {
      path: `${path}.networkId: whether it was proposed`,
      recorded: true,
      redone: own !== undefined,
    };
    if (own === undefined) continue;
    const { validation: accuracy, failure } = each;
    yield {
      path: `${path}.reward`,
      recorded: each.reward,
      redone: failure === undefined
        ? finalReward(objective, { sizes: own, accuracy })
        : -1,
    };
    if (failure === undefined) {
      yield { path: `${path}.epochs`, recorded: each.epochs, redone: epochs };
    }
    yield* shareOf(`${path}.validation`, accuracy, images);
  }
}
