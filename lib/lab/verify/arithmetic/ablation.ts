/**
 * What follows in a record of an ablation.
 *
 * @module
 */

import { reward } from "../../../reward/mod.ts";
import type {
  AblationContent,
  AblationSearch,
} from "../../ablation/content.ts";
import { scaleOf } from "../../ablation/options.ts";
import { type Claim, shareOf } from "./claim.ts";
import { builtClaims, scoringImages } from "./images.ts";

/** Rewards of the students that searches chose, then and again. */
export function* ablationClaims(
  content: AblationContent,
): Generator<Claim> {
  const { identity, teacher, images, length, arms } = content;
  yield* builtClaims(identity.config, teacher);
  yield* shareOf("teacher.accuracy", teacher.accuracy, images.validation);
  yield* scaleClaims(content);
  yield* tableClaims(content);
  const ablated = identity.arms;
  for (const [a, { searches }] of arms.entries()) {
    const { options = {} } = ablated[a] ?? {};
    const own = { ...length, ...options[identity.ablation.stage] };
    for (const [s, search] of searches.entries()) {
      const { proposed, chosen } = search;
      const path = `arms[${a}].searches[${s}]`;
      yield* searchClaims(search, { path, most: 1 / teacher.accuracy });
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

/** Arms, searches and images: as many as the options ask for. */
function* scaleClaims(
  { identity, images, length, arms }: AblationContent,
): Generator<Claim> {
  const { config, seed, ablation } = identity;
  const scale = scaleOf(config, ablation);
  yield { path: "length", recorded: length, redone: scale.length };
  yield {
    path: "images.validation",
    recorded: images.validation,
    redone: scoringImages(config),
  };
  yield {
    path: "images.again",
    recorded: images.again,
    redone: config.validation - images.validation,
  };
  yield {
    path: "arms",
    recorded: arms.map(({ name, against }) => ({ name, against })),
    redone: identity.arms.map(({ name, against }, a) => ({
      name,
      against: a === 0 ? undefined : against ?? identity.arms[0]!.name,
    })),
  };
  for (const [a, { searches }] of arms.entries()) {
    yield {
      path: `arms[${a}].searches: seeds`,
      recorded: searches.map((each) => each.seed),
      redone: Array.from({ length: scale.seeds }, (_, i) => seed + i),
    };
  }
}

/** For means, whose sum is rounded. */
const ROUNDING = 1e-9;

/** What bounds the numbers that are kept of a search's proposals. */
function* searchClaims(
  { proposed, distinct, meanReward, chosen }: AblationSearch,
  { path, most }: {
    readonly path: string;
    /** R of a student without parameters that is always right. */
    readonly most: number;
  },
): Generator<Claim> {
  // One that chose nothing may have evaluated students that failed, or broke a limit.
  const fewest = chosen === undefined ? 0 : 1;
  yield {
    path: `${path}.distinct: whether so many were proposed`,
    recorded: true,
    redone: fewest <= distinct && distinct <= proposed,
  };
  yield {
    path: `${path}.meanReward: whether a mean may be so`,
    recorded: true,
    redone: -1 <= meanReward &&
      meanReward <= (distinct === 0 ? -1 : most) + ROUNDING,
  };
}

/** A table's best student is as good as any that a search chose of it. */
function* tableClaims(
  { identity: { ablation }, table, arms }: AblationContent,
): Generator<Claim> {
  yield {
    path: "table: whether there is one",
    recorded: table !== undefined,
    redone: ablation.kind === "table",
  };
  if (table === undefined) return;
  for (const [a, { searches }] of arms.entries()) {
    for (const [s, search] of searches.entries()) {
      const { distinct, meanReward, chosen } = search;
      const path = `arms[${a}].searches[${s}]`;
      yield {
        path: `${path}: whether no more than the table has`,
        recorded: true,
        redone: distinct <= table.students &&
          Math.max(meanReward, chosen?.reward ?? -1) <= table.best + ROUNDING,
      };
    }
  }
}
