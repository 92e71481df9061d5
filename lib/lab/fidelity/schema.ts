/**
 * What a record of the experiment on proxies must hold.
 *
 * @module
 */

import { z } from "zod";
import type { ContentSchema } from "../records/check_content.ts";
import {
  count,
  digest,
  network,
  share,
  sizeFields,
  text,
} from "../records/fields.ts";
import { identity } from "../records/identity.ts";

/** The network that students come from, by its validation accuracy. */
export const validatedTeacher: z.ZodType = z.strictObject({
  network,
  ...sizeFields,
  validation: share,
});

/** Images behind scores. */
export const scoringImages: z.ZodType = z.strictObject({
  train: z.int().min(1),
  scoring: z.int().min(1),
  confirm: z.int().min(1),
});

/** What made a student of the teacher. */
export const spaceKind: z.ZodType = z.enum(["removal", "shrinkage", "joint"]);

const training = {
  start: z.enum(["fresh", "inherited"]),
  images: count,
  epochs: count,
  observe: count,
};

/** A record of students and their scores. */
export const fidelitySchema: ContentSchema = z.strictObject({
  identity,
  teacher: validatedTeacher,
  images: scoringImages,
  truth: z.strictObject(training),
  proxies: z.array(z.strictObject({
    name: text,
    recipe: z.enum(["paper", "laptop"]),
    ...training,
  })).min(1),
  students: z.array(z.strictObject({
    networkId: digest,
    network,
    ...sizeFields,
    kind: spaceKind,
    truth: share,
    truthOnScoring: share,
    scores: z.record(text, z.strictObject({ accuracy: share })),
  })).min(4),
  chosen: z.union([
    z.strictObject({
      reason: z.enum(["cheapest", "highest"]),
      proxy: text,
    }),
    z.strictObject({ reason: z.literal("none") }),
  ]),
}).refine(
  ({ students, proxies }) =>
    students.every(({ scores }) =>
      proxies.every(({ name }) => Object.hasOwn(scores, name))
    ),
  { path: ["students"], message: "expected a score of each proxy" },
).refine(
  ({ students }) =>
    new Set(students.map(({ networkId }) => networkId)).size ===
      students.length,
  { path: ["students"], message: "expected each network once" },
);
