/**
 * What follows in a compression's record: every student from its actions, every
 * reward from accuracy and size.
 *
 * @module
 */

import { studentSizes } from "../../../reward/mod.ts";
import { ledgerOf, stageSpace } from "../../../search/mod.ts";
import type {
  CompressionContent,
  StageContent,
} from "../../compression/content.ts";
import type { ConstraintsContent } from "../../constraints/content.ts";
import { stageLimitsOf } from "../../constraints/stage_limits.ts";
import { limitsOf } from "../../options/limits.ts";
import { teacherViews } from "../../options/recipes.ts";
import { objectiveOf, searchPlanOf } from "../../options/search_plan.ts";
import { type Claim, shareOf } from "./claim.ts";
import { finalClaims } from "./finals.ts";
import { builtClaims, imagesOf, scoringImages } from "./images.ts";
import { replayStage } from "./replay.ts";

/**
 * All that follows.
 *
 * @param content The record's content.
 */
export function* compressionClaims(
  content: CompressionContent | ConstraintsContent,
): Generator<Claim> {
  const { identity: { config, seed, data }, teacher, referenceAccuracy } =
    content;
  yield* builtClaims(config, teacher);
  const images = imagesOf(data);
  const sizes = {
    ...studentSizes(teacher.network),
    ...(teacher.latency === undefined
      ? {}
      : { latencyMs: teacher.latency.medianMs }),
  };
  yield* shareOf("teacher.validation", teacher.validation, config.validation);
  yield* shareOf("teacher.test", teacher.test, images.test);
  yield* shareOf("referenceAccuracy", referenceAccuracy, scoringImages(config));
  const beside = { sizes, accuracy: referenceAccuracy };
  const objective = objectiveOf(config, beside);
  if (config.limits.shares !== undefined) {
    yield {
      path: "limits",
      recorded: content.limits,
      redone: limitsOf(config.limits, beside),
    };
  }
  const plan = searchPlanOf(config, { seed });
  for (const [i, stage] of content.stages.entries()) {
    const path = `stages[${i}]`;
    const space = stageSpace(plan, stage.kind, stage.base ?? teacher.network);
    yield { path: `${path}.bits`, recorded: stage.bits, redone: space.bits };
    if (stage.decisions !== undefined) {
      yield {
        path: `${path}.decisions`,
        recorded: stage.decisions,
        redone: space.decisions,
      };
    }
    const replayed = yield* replayStage(stage, {
      path,
      space,
      objective,
      config,
    });
    yield* ledgerClaims(stage, path, config.student.images);
    yield* finalClaims(stage, { path, objective, replayed, config });
    yield* winnerClaims(stage, { path, test: images.test });
  }
  yield* forwardsClaims(content, images.train);
  if ("stageLimits" in content) {
    yield {
      path: "stageLimits",
      recorded: content.stageLimits,
      redone: stageLimitsOf(content, { config, plan }),
    };
  }
}

/** What the proposals came to; the images of an epoch are what is left open. */
function* ledgerClaims(
  { ledger, records }: StageContent,
  path: string,
  images: number,
): Generator<Claim> {
  const epoch = images ||
    (ledger.studentEpochs === 0
      ? 0
      : Math.round(ledger.studentImages / ledger.studentEpochs));
  yield {
    path: `${path}.ledger`,
    recorded: ledger,
    redone: ledgerOf(records, epoch),
  };
}

/** The winner: the best of the final trainings, as the search saw it. */
function* winnerClaims(
  { winner, finals, records }: StageContent,
  { path, test }: { readonly path: string; readonly test: number | undefined },
): Generator<Claim> {
  const won = finals.filter(({ reward }) => reward > -1);
  const best = Math.max(...won.map(({ reward }) => reward));
  yield {
    path: `${path}.winner: whether there is one`,
    recorded: winner !== undefined,
    redone: won.length > 0,
  };
  if (winner === undefined) return;
  const own = won.find(({ networkId }) => networkId === winner.networkId);
  yield {
    path: `${path}.winner.validation`,
    recorded: winner.validation,
    redone: own?.validation,
  };
  yield {
    path: `${path}.winner: reward of its final training`,
    recorded: own?.reward,
    redone: best,
  };
  const { networkId, reward, searchAccuracy: accuracy } = winner;
  const first = records[winner.iteration]?.proposals.find((each) =>
    each.networkId === networkId && each.reward === reward &&
    each.accuracy === accuracy
  );
  yield {
    path:
      `${path}.winner: whether iteration ${winner.iteration} proposed it so`,
    recorded: true,
    redone: first !== undefined,
  };
  yield* shareOf(`${path}.winner.test`, winner.test, test);
}

/** Images that students were trained on, and those that the teacher looked at. */
function* forwardsClaims(
  { identity: { config }, studentForwards, teacherForwards, stages }:
    CompressionContent,
  train: number | undefined,
): Generator<Claim> {
  const images = config.images ||
    (train === undefined ? undefined : train - config.validation);
  if (images === undefined) return;
  yield {
    path: "teacherForwards",
    recorded: teacherForwards,
    redone: teacherViews(config) * images,
  };
  yield {
    path: "studentForwards",
    recorded: studentForwards,
    redone: stages.reduce(
      (sum, { ledger, rungs = [], finals }) =>
        [...rungs.flat(), ...finals].reduce(
          (all, { epochs }) => all + epochs * images,
          sum + ledger.studentImages,
        ),
      0,
    ),
  };
}
