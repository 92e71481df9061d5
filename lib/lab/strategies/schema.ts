/**
 * What a record of the experiment on strategies must hold.
 *
 * @module
 */

import { z } from "zod";
import { STRATEGY_NAMES } from "../../search/mod.ts";
import type { ContentSchema } from "../records/check_content.ts";
import {
  count,
  digest,
  leafIndices,
  network,
  number,
  recordedSeed,
  share,
  sizeFields,
  text,
} from "../records/fields.ts";
import { identityFields } from "../records/identity.ts";

/** A record of a table of students and the searches on it. */
export const strategiesSchema: ContentSchema = z.strictObject({
  identity: z.strictObject({
    ...identityFields,
    strategies: z.array(z.strictObject({
      name: text,
      search: z.enum(STRATEGY_NAMES),
      removal: z.looseObject({}).optional(),
    })).min(1),
  }),
  teacher: z.strictObject({
    network,
    ...sizeFields,
    accuracy: number.gt(0).max(1),
  }),
  decisions: leafIndices.min(1),
  images: z.strictObject({ train: count, validation: count }),
  marks: z.array(z.int().min(1)).min(1),
  table: z.array(z.strictObject({
    networkId: digest,
    actions: z.array(z.string().regex(/^\d+$/)).min(1),
    ...sizeFields,
    accuracy: share,
    reward: number,
    violation: text.optional(),
    failure: text.optional(),
  })),
  rejected: z.record(text, z.array(text)),
  arms: z.array(z.strictObject({
    name: text,
    searches: z.array(z.strictObject({
      seed: recordedSeed,
      improvements: z.array(
        z.strictObject({ proposed: z.int().min(1), row: count }),
      ),
      marks: z.array(z.strictObject({
        proposed: z.int().min(1),
        distinct: count,
        meanReward: number,
      })),
    })).min(1),
  })).min(1),
}).refine(
  ({ arms, table }) =>
    arms.every(({ searches }) =>
      searches.every(({ improvements }) =>
        improvements.every(({ row }) => row < table.length)
      )
    ),
  {
    path: ["arms"],
    message: "expected improvements that are rows of the table",
  },
).refine(
  ({ arms, marks }) =>
    arms.every(({ searches }) =>
      searches.every((search) => search.marks.length === marks.length)
    ),
  { path: ["arms"], message: "expected what came of each mark" },
).refine(
  ({ arms, identity }) =>
    arms.length === identity.strategies.length &&
    arms.every(({ searches }) => searches.length === arms[0]!.searches.length),
  { path: ["arms"], message: "expected the same seeds of every strategy" },
);
