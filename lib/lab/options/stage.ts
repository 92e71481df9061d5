/**
 * Options of the search: who proposes, what is decided, how a policy learns.
 *
 * @module
 */

import { z } from "zod";
import { optionKinds } from "../../cli/mod.ts";
import { FEATURE_SETS, RECURRENCES } from "../../policy/mod.ts";
import {
  BASELINES,
  FAULTS,
  GRAINS,
  type StageConfig,
  STRATEGY_NAMES,
} from "../../search/mod.ts";
import { REWARD_FORMS } from "../../reward/mod.ts";
import { limitsSchema } from "./limits.ts";
import { epochs, learningRate, MOST } from "./numbers.ts";
import { STAGE_PLAN_NAMES } from "./stage_plans.ts";

/**
 * How a stage searches.
 *
 * @param rate Learning rate of its policy.
 * @param origin Where the rate is from.
 */
export function stageSchema(rate: number, origin = `paper: ${rate}`) {
  return z.strictObject({
    iterations: z.int().min(1).max(MOST.iterations).default(100).describe(
      "Iterations, each a policy update (authors' code: 100)",
    ),
    rollouts: z.int().min(1).max(MOST.rollouts).default(5).describe(
      "Students proposed per iteration (paper: 5)",
    ),
    budget: epochs.optional().describe(
      "Student-epochs after which no iteration begins (default: the iterations alone decide)",
    ),
    learningRate: learningRate.default(rate).describe(
      `Adam's step size for the policy (${origin})`,
    ),
    hidden: z.int().min(1).max(MOST.hidden).default(30).describe(
      "Units of each of the two LSTM layers (paper: 30)",
    ),
    features: z.enum(FEATURE_SETS).default("scaled").describe(
      "What the policy reads of a layer: its type one-hot and numbers brought to a small range; rich adds position, channels in, parameters and map size; paper is the seven raw numbers, release five of them",
    ),
    // Without a default: records without one keep their form.
    recurrence: z.enum(RECURRENCES).optional().describe(
      "What the policy knows at a layer of the others (default: all of them in removal, those before and the last action in shrinkage, as in the paper)",
    ),
    leafLogits: z.boolean().default(false).describe(
      "One learned logit an action and decision beside the LSTM (paper: no)",
    ),
    entropyWeight: z.number().min(0).default(0).describe(
      "Weight of the policy's entropy (paper: none)",
    ),
    entropyFalls: z.boolean().default(false).describe(
      "Let that weight fall to 0 until the last iteration (paper: none)",
    ),
    initialKeepBias: z.number().min(-100).max(100).default(0).describe(
      "Added at the start to the logit of keep, or of ratio 1 (paper: none)",
    ),
    baseline: z.enum(BASELINES).default("movingAverage")
      .describe(
        "What a reward is compared with: an average of earlier iterations (paper), the mean of the others of its iteration, or nothing",
      ),
    baselineDecay: z.number().min(0).max(1).default(0.8).describe(
      "Weight of the past in the moving-average baseline (paper: not given)",
    ),
    normaliseAdvantage: z.boolean().default(false).describe(
      "Centre advantages and divide them by their standard deviation (paper: no)",
    ),
    passes: z.int().min(1).max(100).default(1).describe(
      "Adam steps per iteration, more than one with clip only (paper: 1)",
    ),
    clip: z.number().min(0).lt(1).default(0).describe(
      "Clipping of the probability ratio as in PPO; 0 is none (paper: none)",
    ),
  }).refine(({ passes, clip }) => passes === 1 || clip > 0, {
    path: ["passes"],
    message: "expected 1, or a clip above 0 that keeps later passes in bounds",
  }).refine(
    ({ baseline, rollouts }) => baseline !== "leaveOneOut" || rollouts >= 2,
    {
      path: ["rollouts"],
      message: "expected at least 2, as the baseline leaveOneOut needs others",
    },
  ) satisfies z.ZodType<StageConfig>;
}

/** What shrinkage may do to a layer. */
export const shrinkSchema = z.strictObject({
  what: z.enum(["channels", "all"]).default("channels").describe(
    "What shrinks: output channels, or kernel, stride and padding of convolutions and pools too, each by a ratio of its own (authors' code)",
  ),
  minChannels: z.int().min(1).default(10).describe(
    "Fewest channels left (authors' code: 10)",
  ),
});

/** Simulated annealing. */
export const annealingSchema = z.strictObject({
  temperature: z.number().positive().default(0.05).describe(
    "Temperature at the start, in units of reward; it falls to 0",
  ),
  changes: z.int().min(1).max(MOST.students).default(2).describe(
    "Decisions that a neighbour differs in",
  ),
});

/** Regularised evolution. */
export const evolutionSchema = z.strictObject({
  population: z.int().min(1).max(MOST.students).default(20).describe(
    "Students that live at a time",
  ),
  tournament: z.int().min(1).max(MOST.students).default(5).describe(
    "Of them, drawn to find a parent: the best of these",
  ),
  changes: z.int().min(1).max(MOST.students).default(2).describe(
    "Decisions that a child differs in",
  ),
});

/** Everything that a search can be told, for the schema of an experiment. */
export const searchOptions = {
  search: z.enum(STRATEGY_NAMES).default("reinforce").describe(
    "Who proposes students (paper: reinforce); frozen is the policy that never learns",
  ),
  space: z.enum(GRAINS).default("leaf").describe(
    "What is decided together: each layer (paper), a convolution with what belongs to it, or the body of a residual block",
  ),
  stages: z.enum(STAGE_PLAN_NAMES).default("removal,shrinkage").describe(
    "Stages in their order",
  ),
  policy: z.array(optionKinds.path).default([]).describe(
    "Files of trained policies to start from, at most one a stage",
  ),
  removal: stageSchema(0.003),
  shrinkage: stageSchema(0.01),
  // Without defaults: a joint stage is searched as shrinkage is.
  joint: stageSchema(0.01, "the paper has no joint stage").optional(),
  // Without defaults: records without them keep their form.
  faults: z.array(z.enum(FAULTS)).min(1).optional().describe(
    "Faults of the authors' release that the search repeats (docs/faults.md)",
  ),
  reward: z.enum(REWARD_FORMS).optional().describe(
    "What a student is worth: the paper's product of relative accuracy and C (2 - C), the product with C alone, or the mean of the paper's terms",
  ),
  annealing: annealingSchema,
  evolution: evolutionSchema,
  shrink: shrinkSchema,
  limits: limitsSchema,
};
