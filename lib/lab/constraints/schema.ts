/**
 * What a record of the experiment on constraints must hold.
 *
 * @module
 */

import { z } from "zod";
import type { ContentSchema } from "../records/check_content.ts";
import { checkDecisions, compressionFields } from "../compression/schema.ts";
import { count, number } from "../records/fields.ts";
import { SINGLE_LIMITS } from "./arms.ts";

/** A record of a search under limits, and of what they leave. */
export const constraintsSchema: ContentSchema = checkDecisions(
  z.strictObject({
    ...compressionFields,
    stageLimits: z.array(z.strictObject({
      untrained: count,
      kept: z.partialRecord(
        z.enum(SINGLE_LIMITS),
        z.strictObject({
          proposals: z.array(count),
          reward: number.optional(),
        }),
      ).optional(),
    })),
  }).refine(
    ({ stageLimits, stages }) => stageLimits.length === stages.length,
    { path: ["stageLimits"], message: "expected one a stage" },
  ),
);
