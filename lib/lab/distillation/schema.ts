/**
 * What a record of the experiment on losses must hold.
 *
 * @module
 */

import { z } from "zod";
import {
  scoringImages,
  spaceKind,
  validatedTeacher,
} from "../fidelity/schema.ts";
import type { ContentSchema } from "../records/check_content.ts";
import {
  count,
  digest,
  network,
  number,
  recordedSeed,
  share,
  sizeFields,
} from "../records/fields.ts";
import { identity } from "../records/identity.ts";
import { LOSS_NAMES } from "./losses.ts";

const name = z.enum(LOSS_NAMES);
const start = z.enum(["fresh", "inherited"]);
const length = z.enum(["final", "short"]);

const common = {
  identity,
  teacher: validatedTeacher,
  images: scoringImages,
  losses: z.array(z.strictObject({
    name,
    loss: z.strictObject({
      crossEntropy: number,
      logitMse: number,
      kl: z.strictObject({ weight: number, temperature: number }).optional(),
    }),
  })).min(1),
};

/** A record of students trained by every loss, or of searches under every loss. */
export const distillationSchema: ContentSchema = z.discriminatedUnion("part", [
  z.strictObject({
    ...common,
    part: z.literal("students"),
    settings: z.array(z.strictObject({
      length,
      start,
      epochs: count,
      images: count,
      observe: count,
    })).min(1),
    students: z.array(z.strictObject({
      networkId: digest,
      network,
      ...sizeFields,
      kind: spaceKind,
      scores: z.array(
        z.strictObject({
          length,
          start,
          loss: name,
          accuracy: share.optional(),
        }),
      ),
    })),
  }),
  z.strictObject({
    ...common,
    part: z.literal("searches"),
    searches: z.array(z.strictObject({
      loss: name,
      seed: recordedSeed,
      distinct: count,
      winner: z.strictObject({
        networkId: digest,
        parameters: z.int().min(1),
        searchReward: number,
        accuracy: share,
        reward: number,
      }).optional(),
    })),
  }),
]);
