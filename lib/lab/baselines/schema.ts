/**
 * What a baseline's record must hold.
 *
 * @module
 */

import { z } from "zod";
import type { ContentSchema } from "../records/check_content.ts";
import { compressionSchema, measuredSchema } from "../compression/schema.ts";
import {
  count,
  digest,
  network,
  number,
  share,
  sizeFields,
  text,
} from "../records/fields.ts";
import { identity } from "../records/identity.ts";

/** A baseline's record. */
export const baselineSchema: ContentSchema = z.strictObject({
  identity,
  teacher: measuredSchema,
  start: z.enum(["fresh", "inherited"]),
  sizes: z.array(z.strictObject({
    asked: number,
    network,
    networkId: digest,
    ...sizeFields,
    epochs: count,
    validation: share,
    test: share.optional(),
    failure: text.optional(),
  })).min(1),
});

/** A record of an experiment with searches and baselines. */
export const comparedSchema: ContentSchema = z.unknown().superRefine(
  (value, context) => {
    // Told of the kind that it is: a union would tell the faults of both.
    const isSearch = typeof value === "object" && value !== null &&
      "stages" in value;
    const schema = isSearch ? compressionSchema : baselineSchema;
    const result = schema.safeParse(value);
    if (result.success) return;
    for (const { path, message } of result.error.issues) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
  },
);
