/**
 * What a record of the experiment on ablations must hold.
 *
 * @module
 */

import { z } from "zod";
import type { ContentSchema } from "../records/check_content.ts";
import {
  count,
  digest,
  number,
  recordedSeed,
  share,
  text,
} from "../records/fields.ts";
import { identityFields } from "../records/identity.ts";

const chosen = z.strictObject({
  networkId: digest,
  parameters: z.int().min(1),
  compression: number,
  accuracy: share,
  reward: number,
  again: z.strictObject({ accuracy: share, reward: number }),
});

/** A record of the searches of an ablation's arms. */
export const ablationSchema: ContentSchema = z.strictObject({
  identity: z.strictObject({
    ...identityFields,
    ablation: z.strictObject({
      name: text,
      kind: z.enum(["table", "search"]),
      stage: z.enum(["removal", "shrinkage"]),
    }),
    arms: z.array(z.strictObject({
      name: text,
      options: z.looseObject({}),
      against: text.optional(),
    })).min(1),
  }),
  teacher: z.strictObject({
    parameters: z.int().min(1),
    accuracy: number.gt(0).max(1),
    accuracyAgain: number.gt(0).max(1),
  }),
  images: z.strictObject({ train: count, validation: count, again: count }),
  length: z.strictObject({
    iterations: z.int().min(1),
    rollouts: z.int().min(1),
    budget: count.optional(),
  }),
  table: z.strictObject({
    students: count,
    rejected: count,
    best: number,
  }).optional(),
  arms: z.array(z.strictObject({
    name: text,
    against: text.optional(),
    searches: z.array(z.strictObject({
      seed: recordedSeed,
      proposed: z.int().min(1),
      distinct: count,
      meanReward: number,
      violating: share.optional(),
      chosen: chosen.optional(),
    })).min(1),
  })).min(1),
}).refine(
  ({ arms }) =>
    arms.every(({ against, searches }) =>
      searches.length === arms[0]!.searches.length &&
      (against === undefined || arms.some(({ name }) => name === against))
    ),
  {
    path: ["arms"],
    message: "expected the same seeds of every arm, beside one that there is",
  },
);
