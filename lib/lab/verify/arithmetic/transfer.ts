/**
 * What follows in a record of policies carried over.
 *
 * @module
 */

import { countParameters } from "../../../network/mod.ts";
import { summarise } from "../../../report/mod.ts";
import { reward, type RewardForm } from "../../../reward/mod.ts";
import { stageSpace } from "../../../search/mod.ts";
import { searchPlanOf } from "../../options/search_plan.ts";
import type {
  SearchCourse,
  SeedSearches,
  TransferContent,
} from "../../transfer/content.ts";
import { sourceConfigOf, transferOptionsOf } from "../../transfer/options.ts";
import { type Claim, shareOf } from "./claim.ts";
import { formOf } from "./form.ts";
import { builtClaims, builtTeacher, scoringImages } from "./images.ts";

/** Probabilities are recorded with four decimals: so far each is off at most. */
const ROUNDED = 0.5e-4;

/** Rewards of all searches, from sizes and accuracies. */
export function* transferClaims(
  content: TransferContent,
): Generator<Claim> {
  const { identity: { config }, images, target, source, seeds } = content;
  yield* builtClaims(config, target);
  yield* seedClaims(content);
  yield* studentClaims(content);
  const isFree = yield* decisionClaims(content);
  yield* shareOf("target.accuracy", target.accuracy, images.validation);
  for (const [i, each] of seeds.entries()) {
    yield* policyClaims(each, {
      path: `seeds[${i}]`,
      initialKeepBias: config.removal.initialKeepBias,
      isFree,
    });
    const courses = [
      ["source", each.source, source],
      ["pretrained", each.pretrained, target],
      ["scratch", each.scratch, target],
      ["biased", each.biased, target],
    ] as const;
    for (const [name, course, network] of courses) {
      const { accuracy, parameters, decisions } = network;
      yield* courseClaims(course, {
        path: `seeds[${i}].${name}`,
        accuracy,
        parameters,
        rollouts: config.removal.rollouts,
        iterations: config.removal.iterations,
        decisions: decisions.length,
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
  { iterations, keepFirst, keepLast }: SearchCourse,
  {
    path,
    accuracy: teacherAccuracy,
    parameters,
    rollouts,
    iterations: asked,
    decisions,
    images,
    isLimited,
    form,
  }: {
    readonly path: string;
    readonly accuracy: number;
    readonly parameters: number;
    readonly rollouts: number;
    readonly iterations: number;
    readonly decisions: number;
    readonly images: number;
    readonly isLimited: boolean;
    readonly form?: RewardForm;
  },
): Generator<Claim> {
  yield {
    path: `${path}.iterations: how many`,
    recorded: iterations.length,
    redone: asked,
  };
  yield {
    path: `${path}: probabilities of how many decisions`,
    recorded: [keepFirst.length, keepLast.length],
    redone: [decisions, decisions],
  };
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

/** One a search seed, rising from the cell's. */
function* seedClaims(
  { identity: { config, seed }, images, seeds }: TransferContent,
): Generator<Claim> {
  yield {
    path: "images.validation",
    recorded: images.validation,
    redone: scoringImages(config),
  };
  yield {
    path: "seeds",
    recorded: seeds.map((each) => each.seed),
    redone: Array.from(
      { length: transferOptionsOf(config).searchSeeds },
      (_, i) => seed + i,
    ),
  };
}

/** What is decided on both networks; gives which decisions on the target are free. */
function* decisionClaims(
  { identity: { config }, source, target }: TransferContent,
): Generator<Claim, readonly boolean[] | undefined> {
  let isFree: readonly boolean[] | undefined;
  const sides = { source: sourceConfigOf(config), target: config };
  for (const [side, own] of Object.entries(sides)) {
    const network = builtTeacher(own);
    if (network === undefined) continue;
    const plan = searchPlanOf(own, { seed: 1 });
    const space = stageSpace(plan, "removal", network);
    const recorded = side === "source" ? source : target;
    yield {
      path: `${side}.decisions`,
      recorded: recorded.decisions,
      redone: space.decisions.map(({ leaves }) => leaves),
    };
    yield {
      path: `${side}.parameters`,
      recorded: recorded.parameters,
      redone: countParameters(network),
    };
    if (side === "target") isFree = space.sequence.mask;
  }
  return isFree;
}

/** As many distinct students as can be told apart at least, at most all proposals. */
function* studentClaims(
  { students, seeds }: TransferContent,
): Generator<Claim> {
  const courses = {
    source: seeds.map(({ source }) => source),
    target: seeds.flatMap((each) => [
      each.pretrained,
      each.scratch,
      each.biased,
    ]),
  };
  for (const side of ["source", "target"] as const) {
    const all = courses[side].flatMap(({ iterations }) => iterations);
    const told = new Set(
      all.flatMap(({ accuracies, compressions }) =>
        accuracies.map((each, j) => `${each} ${compressions[j]}`)
      ),
    );
    const proposed = all.reduce((sum, { rewards }) => sum + rewards.length, 0);
    yield {
      path: `students.${side}: whether there were so many`,
      recorded: true,
      redone: told.size <= students[side] && students[side] <= proposed,
    };
  }
}

/** How much the policy carried over keeps, and the one that is biased to as much. */
function* policyClaims(
  { keepRate, keepSpread, keepBias, pretrained, scratch, biased }: SeedSearches,
  { path, initialKeepBias, isFree }: {
    readonly path: string;
    readonly initialKeepBias: number;
    /** Undefined where that is not known: then nothing is said of the rate. */
    readonly isFree: readonly boolean[] | undefined;
  },
): Generator<Claim> {
  const near = (one: number, other: number, most: number) =>
    Math.abs(one - other) <= most;
  if (isFree !== undefined) {
    const { mean = 0, standardDeviation = 0 } = summarise(
      pretrained.keepFirst.filter((_, i) => isFree[i]),
    );
    yield {
      path: `${path}.keepRate: whether the policy keeps so many`,
      recorded: true,
      redone: near(keepRate, mean, 1.01 * ROUNDED),
    };
    yield {
      path: `${path}.keepSpread: whether the policy tells them apart so`,
      recorded: true,
      // Of n numbers their deviation is off by sqrt(n / (n - 1)) as much at most.
      redone: near(keepSpread, standardDeviation, 1.5 * ROUNDED),
    };
  }
  const added = keepBias - initialKeepBias;
  yield {
    path: `${path}.keepBias: whether it makes scratch the biased policy`,
    recorded: true,
    redone: scratch.keepFirst.every((from, i) =>
      from === 0 || from === 1 ||
      near(biased.keepFirst[i]!, ...biasedBy(from, added))
    ),
  };
}

/** A rounded probability with a bias added to its logit, and how far that may be off. */
function biasedBy(
  from: number,
  bias: number,
): readonly [probability: number, most: number] {
  const probability = 1 / (1 + (1 - from) / from * Math.exp(-bias));
  const slope = probability * (1 - probability) / (from * (1 - from));
  return [probability, 1.01 * ROUNDED * (1 + slope) + 1e-6];
}
