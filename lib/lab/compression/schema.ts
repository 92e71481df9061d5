/**
 * What a record of a compression must hold.
 *
 * @module
 */

import { z } from "zod";
import { leaves } from "../../network/mod.ts";
import type { ContentSchema } from "../records/check_content.ts";
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
import type { CompressionContent } from "./content.ts";

const latency = z.strictObject({
  medianMs: number,
  lowMs: number,
  highMs: number,
  runs: count,
});

/** A trained network and its scores. */
const measuredFields = {
  network,
  networkId: digest,
  ...sizeFields,
  latency: latency.optional(),
  validation: share,
  test: share,
};

/** The teacher of a compression, or what it is compared with. */
export const measuredSchema: z.ZodType = z.strictObject(measuredFields);

const proposal = z.strictObject({
  actions: z.array(count).min(1),
  reward: number,
  rejection: z.strictObject({ reason: text, rule: text }).optional(),
  networkId: digest.optional(),
  parameters: count.optional(),
  latencyMs: number.optional(),
  compression: number.optional(),
  accuracy: share.optional(),
  violation: text.optional(),
  repeated: z.boolean().optional(),
  epochs: count.optional(),
  failure: text.optional(),
}).refine(
  (each) =>
    each.rejection !== undefined ||
    ![
      each.networkId,
      each.parameters,
      each.compression,
      each.accuracy,
      each.repeated,
      each.epochs,
    ].includes(undefined),
  "expected a rejection, or all of a student",
);

const iteration = z.strictObject({
  iteration: count,
  proposals: z.array(proposal).min(1),
  baseline: number.optional(),
  update: z.strictObject({
    loss: number,
    entropy: number,
    gradientNorm: number,
  }).optional(),
  tendency: z.array(number),
});

const final = z.strictObject({
  networkId: digest,
  epochs: count,
  validation: share,
  reward: number,
  failure: text.optional(),
});

const ledger = z.strictObject({
  proposed: count,
  rejected: count,
  rejections: z.record(text, count),
  repeated: count,
  trained: count,
  failed: count,
  violations: count,
  studentEpochs: count,
  studentImages: count,
});

const stage = z.strictObject({
  kind: z.enum(["removal", "shrinkage", "joint"]),
  base: network.optional(),
  bits: number,
  decisions: z.array(z.strictObject({
    leaves: z.array(count).min(1),
    variable: z.enum(["kernel", "stride", "padding", "channels"]).optional(),
  })).min(1).optional(),
  records: z.array(iteration),
  ledger,
  rungs: z.array(z.array(final)).optional(),
  finals: z.array(final),
  policy: digest.optional(),
  winner: z.strictObject({
    ...measuredFields,
    reward: number,
    searchAccuracy: share,
    iteration: count,
  }).optional(),
});

/** Fields of every compression's record. */
export const compressionFields = {
  identity,
  teacher: measuredSchema,
  referenceAccuracy: number.gt(0).max(1),
  limits: z.strictObject({
    maxParameters: number,
    maxMacs: number,
    maxActivationBytes: number,
    maxWeightBytes: number,
    maxLatencyMs: number,
    minAccuracy: number,
  }).partial().optional(),
  teacherForwards: count,
  studentForwards: count,
  stages: z.array(stage),
};

/** A compression's record; every decision is about leaves that there are. */
export const compressionSchema: ContentSchema = checkDecisions(
  z.strictObject(compressionFields),
);

/**
 * Checks too that decisions are about leaves of the network that a stage starts
 * from, and that each proposal has an action a decision.
 *
 * @param schema With {@link compressionFields}.
 */
export function checkDecisions(schema: z.ZodType): z.ZodType {
  return schema.superRefine((value, context) => {
    const { teacher, stages } = value as CompressionContent;
    for (const [i, stage] of stages.entries()) {
      const fault = decisionFault(stage, stage.base ?? teacher.network);
      if (fault === undefined) continue;
      context.addIssue({
        code: "custom",
        path: ["stages", i],
        message: fault,
      });
    }
  });
}

function decisionFault(
  { decisions, records }: CompressionContent["stages"][number],
  base: CompressionContent["teacher"]["network"],
): string | undefined {
  const size = leaves(base).length;
  const isBeyond = decisions?.some((each) =>
    each.leaves.some((leaf) => leaf >= size)
  );
  if (isBeyond) return `expected decisions on the base's ${size} leaves`;
  const lengths = new Set(
    records.flatMap(({ proposals, tendency }) => [
      tendency.length,
      ...proposals.map(({ actions }) => actions.length),
    ]),
  );
  if (decisions !== undefined && records.length > 0) {
    lengths.add(decisions.length);
  }
  return lengths.size > 1
    ? "expected one action and one tendency a decision"
    : undefined;
}
