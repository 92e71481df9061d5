/**
 * What a student must keep to, in numbers or as parts of what the teacher has.
 *
 * @module
 */

import { z } from "zod";
import {
  CONSTRAINT_MODES,
  type Limits,
  type StudentSizes,
} from "../../reward/mod.ts";
import type { CompressionConfig } from "./compression.ts";
import { MOST } from "./numbers.ts";

const share = z.number().positive().max(1);

/** Limits as parts of what the teacher has. */
const sharesSchema = z.strictObject({
  parameters: share.optional().describe("Most parameters"),
  macs: share.optional().describe("Most multiply-accumulates"),
  activationBytes: share.optional().describe("Most bytes of activations"),
  weightBytes: share.optional().describe("Most bytes of weights"),
  latency: share.optional().describe(
    "Most time of a prediction, both measured on this machine",
  ),
  accuracy: share.optional().describe(
    "Least validation accuracy, of the teacher's on the images that score candidates",
  ),
});

/** What a student must keep to (paper section 3.3). */
export const limitsSchema = z.strictObject({
  parameters: z.int().min(1).optional().describe("Most parameters"),
  macs: z.int().min(1).optional().describe(
    "Most multiply-accumulates for one image",
  ),
  activationBytes: z.int().min(1).optional().describe(
    "Most bytes of activations of one image",
  ),
  weightBytes: z.int().min(1).optional().describe(
    "Most bytes of weights, as 32-bit numbers",
  ),
  latencyMs: z.number().positive().optional().describe(
    "Most milliseconds of the prediction of one image by itself, measured on this machine: such a run repeats from its store alone",
  ),
  accuracy: z.number().min(0).max(1).optional().describe(
    "Least validation accuracy",
  ),
  // Without a default: records without one keep their form.
  shares: sharesSchema.optional(),
  mode: z.enum(CONSTRAINT_MODES).default("hard").describe(
    "What a broken limit costs: all of the reward and no training where size alone breaks it (hard), the same after the training (late), or more from iteration to iteration (soft)",
  ),
  iterations: z.int().min(1).max(MOST.iterations).default(15).describe(
    "Iterations until a soft limit is hard (authors' code: 15)",
  ),
});

/** Values of {@link limitsSchema}. */
export type LimitsConfig = CompressionConfig["limits"];

/** What shares are parts of. */
export interface LimitedTeacher {
  /** Its sizes; with its latency where that is limited. */
  readonly sizes: StudentSizes;
  /** Its accuracy on the images that score students, in (0, 1]. */
  readonly accuracy: number;
}

/** Whether a run depends on how fast its machine predicts. */
export function limitsLatency(
  { limits: { latencyMs, shares } }: Pick<CompressionConfig, "limits">,
): boolean {
  return latencyMs !== undefined || shares?.latency !== undefined;
}

/**
 * What an experiment says whose students are not measured: no line, or one.
 *
 * @param config The options.
 * @param why Why not, after "since".
 */
export function latencyMistakes(
  config: Pick<CompressionConfig, "limits">,
  why: string,
): readonly string[] {
  return limitsLatency(config)
    ? [
      `--limits.latency-ms, --limits.shares.latency: expected none, since ${why}`,
    ]
    : [];
}

/**
 * Limits in numbers. Where there are a number and a share, the stricter holds; the
 * share of a count is rounded down.
 *
 * @param config The limits, as they are given.
 * @param teacher What shares are parts of.
 * @throws {RangeError} If a share is of a latency that was not measured.
 */
export function limitsOf(
  { shares = {}, ...given }: LimitsConfig,
  { sizes, accuracy }: LimitedTeacher,
): Limits {
  const least = (
    value: number | undefined,
    part: number | undefined,
    whole: number,
  ) => {
    const most = Math.min(
      value ?? Infinity,
      part === undefined
        ? Infinity
        : Math.max(1, Math.floor(part * whole + 1e-6)),
    );
    return most === Infinity ? undefined : most;
  };
  const limits = {
    maxParameters: least(
      given.parameters,
      shares.parameters,
      sizes.parameters,
    ),
    maxMacs: least(given.macs, shares.macs, sizes.macs),
    maxActivationBytes: least(
      given.activationBytes,
      shares.activationBytes,
      sizes.activationBytes,
    ),
    maxWeightBytes: least(
      given.weightBytes,
      shares.weightBytes,
      sizes.weightBytes,
    ),
    maxLatencyMs: latencyLimit(given.latencyMs, shares.latency, sizes),
    minAccuracy: accuracyLimit(given.accuracy, shares.accuracy, accuracy),
  };
  return Object.fromEntries(
    Object.entries(limits).filter(([, limit]) => limit !== undefined),
  );
}

function latencyLimit(
  value: number | undefined,
  part: number | undefined,
  { latencyMs }: StudentSizes,
): number | undefined {
  if (part === undefined) return value;
  if (latencyMs === undefined) {
    throw new RangeError(
      "Cannot limit latency: the teacher's is not known, expected a measurement, as the limit is a part of it",
    );
  }
  return Math.min(value ?? Infinity, part * latencyMs);
}

function accuracyLimit(
  value: number | undefined,
  part: number | undefined,
  accuracy: number,
): number | undefined {
  return part === undefined ? value : Math.max(value ?? 0, part * accuracy);
}
