/**
 * What is compared: a search without limits, and searches under each limit in each
 * mode.
 *
 * @module
 */

import { z } from "zod";
import { CONSTRAINT_MODES, type ConstraintMode } from "../../reward/mod.ts";
import type { Arm } from "../cells/experiment.ts";
import type { OptionValues } from "../options/values.ts";

/** Limits that arms are named after, alone and all together. */
export const LIMIT_NAMES = [
  "parameters",
  "macs",
  "activations",
  "latency",
  "accuracy",
  "all",
] as const;

/** Name of a limit, or of all that are compared. */
export type LimitName = typeof LIMIT_NAMES[number];

/** Name of the arm without limits. */
export const FREE = "free";

/** One limit of one teacher's students, as an option of `limits.shares`. */
const SHARE_KEYS = {
  parameters: "parameters",
  macs: "macs",
  activations: "activationBytes",
  latency: "latency",
  accuracy: "accuracy",
} as const satisfies Readonly<Record<SingleLimit, string>>;

/** A limit by itself. */
export type SingleLimit = Exclude<LimitName, "all">;

/** All of them. */
export const SINGLE_LIMITS = Object.keys(SHARE_KEYS) as SingleLimit[];

/** What an arm stands for. */
export interface ConstraintArm {
  /** What is limited. */
  readonly limit: LimitName;
  /** What a broken limit costs. */
  readonly mode: ConstraintMode;
}

const BY_NAME: ReadonlyMap<string, ConstraintArm> = new Map(
  LIMIT_NAMES.flatMap((limit) =>
    CONSTRAINT_MODES
      // A broken floor of accuracy is known after the training only.
      .filter((mode) => limit !== "accuracy" || mode !== "late")
      .map((mode) => [`${limit}-${mode}`, { limit, mode }] as const)
  ),
);

/** Names of all arms under limits. */
const ARM_NAMES = [...BY_NAME.keys()] as [string, ...string[]];

/**
 * What an arm of a record stands for; undefined for the one without limits.
 *
 * @param name Its name, "macs-soft".
 */
export function constraintArm(name: string): ConstraintArm | undefined {
  return BY_NAME.get(name);
}

const share = z.number().positive().max(1);

/** Options of the experiment on constraints, beside those of a compression. */
export const constraintOptions = {
  shares: z.strictObject({
    parameters: share.default(0.1),
    macs: share.default(0.25),
    activations: share.default(0.5),
    latency: share.default(0.5),
    accuracy: share.default(0.95),
  }).describe("Which part of what the teacher has is the limit"),
  compare: z.array(z.enum(ARM_NAMES)).min(1).default(
    LIMIT_NAMES.flatMap((limit) => [`${limit}-soft`, `${limit}-hard`]),
  ).describe(
    "What is compared with a search without limits, each an arm: a limit, and what a broken one costs; all are those that are compared, together",
  ),
};

/** Values of {@link constraintOptions}. */
export type ConstraintOptions = OptionValues<typeof constraintOptions>;

/** The limits of a profile in parts of what the teacher has. */
export function sharesOf(config: unknown): ConstraintOptions["shares"] {
  const { shares } = constraintOptions;
  return z.object({ shares }).parse(config).shares;
}

/**
 * The arms of a profile: without limits first, then as they are named.
 *
 * @param options What is compared, and how strict each limit is.
 */
export function constraintArms(
  { compare, shares }: ConstraintOptions,
): readonly Arm[] {
  const arms = [...new Set(compare)].map((name) => ({
    name,
    ...BY_NAME.get(name)!,
  }));
  const singles = SINGLE_LIMITS.filter((limit) =>
    arms.some((arm) => arm.limit === limit)
  );
  return [
    { name: FREE, options: {} },
    ...arms.map(({ name, limit, mode }) => ({
      name,
      options: {
        limits: {
          mode,
          shares: Object.fromEntries(
            // Where "all" stands by itself it is every limit that there is.
            (limit !== "all"
              ? [limit]
              : singles.length > 0
              ? singles
              : SINGLE_LIMITS).map((each) => [SHARE_KEYS[each], shares[each]]),
          ),
        },
      },
    })),
  ];
}
