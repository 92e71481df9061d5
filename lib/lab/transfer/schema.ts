/**
 * What a record of the experiment on transfer must hold.
 *
 * @module
 */

import { z } from "zod";
import type { ContentSchema } from "../records/check_content.ts";
import {
  count,
  dataFields,
  digest,
  leafIndices,
  number,
  recordedSeed,
  share,
  takenTeacher,
  text,
} from "../records/fields.ts";
import { identityFields } from "../records/identity.ts";

const searched = z.strictObject({
  network: text,
  dataset: text,
  parameters: z.int().min(1),
  accuracy: number.gt(0).max(1),
  decisions: leafIndices.min(1),
});

const course = z.strictObject({
  iterations: z.array(z.strictObject({
    rewards: z.array(number).min(1),
    compressions: z.array(number),
    accuracies: z.array(share),
  })).min(1),
  keepFirst: z.array(share),
  keepLast: z.array(share),
});

/** A record of searches with one source and one target. */
export const transferSchema: ContentSchema = z.strictObject({
  identity: z.strictObject({
    ...identityFields,
    source: z.strictObject({
      data: z.strictObject(dataFields),
      teacher: takenTeacher.optional(),
    }),
  }),
  source: searched,
  target: searched,
  images: z.strictObject({ train: count, validation: count }),
  students: z.strictObject({ source: count, target: count }),
  seeds: z.array(z.strictObject({
    seed: recordedSeed,
    policy: digest,
    keepRate: share,
    keepSpread: number,
    keepBias: number,
    source: course,
    pretrained: course,
    scratch: course,
    biased: course,
  })).min(1),
});
