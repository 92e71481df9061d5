import {
  activationBytes,
  countMacs,
  countParameters,
  type Network,
} from "../network/mod.ts";

/** How large a student is, before any training. */
export interface StudentSizes {
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Bytes of all activations of one image. */
  readonly activationBytes: number;
  /** Bytes of its trainable parameters. */
  readonly weightBytes: number;
  /**
   * Milliseconds that it takes to predict one image by itself, where that was
   * measured: a network alone does not tell it.
   */
  readonly latencyMs?: number;
}

/** Bytes of one float32. */
const FLOAT_BYTES = 4;

/**
 * All sizes that a network tells by itself, with weights and activations in
 * float32.
 *
 * @param network A valid network.
 * @throws {RangeError} When the network is not valid.
 */
export function studentSizes(network: Network): StudentSizes {
  const parameters = countParameters(network);
  return {
    parameters,
    macs: countMacs(network),
    activationBytes: activationBytes(network),
    weightBytes: parameters * FLOAT_BYTES,
  };
}

/** What a student must keep to. There is no limit where one is left out. */
export interface Limits {
  /** Most trainable parameters, above 0. */
  readonly maxParameters?: number;
  /** Most multiply-accumulates of one image, above 0. */
  readonly maxMacs?: number;
  /** Most bytes of one image's activations, above 0. */
  readonly maxActivationBytes?: number;
  /** Most bytes of trainable parameters, above 0. */
  readonly maxWeightBytes?: number;
  /** Most milliseconds of the prediction of one image by itself, above 0. */
  readonly maxLatencyMs?: number;
  /** Least validation accuracy, 0 to 1. */
  readonly minAccuracy?: number;
}

/** What is compared with the limits. */
export interface Measured {
  /** Size of the student. */
  readonly sizes: StudentSizes;
  /** Validation accuracy of the student, 0 to 1. */
  readonly accuracy: number;
}

/** Which size each limit is for, and what it counts. */
const SIZE_LIMITS = [
  ["maxParameters", "parameters", "parameters"],
  ["maxMacs", "macs", "multiply-accumulates an image"],
  ["maxActivationBytes", "activationBytes", "bytes of activations an image"],
  ["maxWeightBytes", "weightBytes", "bytes of weights"],
  ["maxLatencyMs", "latencyMs", "milliseconds an image"],
] as const;

/**
 * The first limit on size that a student breaks. Meeting a limit exactly is no
 * violation.
 *
 * @param sizes Size of the student.
 * @param limits The limits.
 * @returns The violation in words, "12,345 parameters, expected at most 10,000",
 * or `undefined`.
 * @throws {RangeError} When latency is limited and was not measured.
 *
 * @example
 * ```ts
 * import { sizeViolation, studentSizes } from "./mod.ts";
 *
 * const sizes = studentSizes({
 *   input: [1, 8, 8],
 *   blocks: [{ type: "linear", outFeatures: 10, bias: true }],
 * });
 * sizeViolation(sizes, { maxMacs: 600 });
 * // "640 multiply-accumulates an image, expected at most 600"
 * ```
 */
export function sizeViolation(
  sizes: StudentSizes,
  limits: Limits,
): string | undefined {
  for (const [limit, size, unit] of SIZE_LIMITS) {
    const most = limits[limit];
    if (most === undefined) continue;
    const own = sizes[size];
    if (own === undefined) {
      throw new RangeError(
        `Cannot compare a student with its limits: ${size} is not known, expected a measurement, as ${limit} is ${most}`,
      );
    }
    if (!(own <= most)) {
      return `${grouped(own)} ${unit}, expected at most ${grouped(most)}`;
    }
  }
  return undefined;
}

/**
 * The first limit that a student breaks, those on size before accuracy. An
 * accuracy that is NaN breaks any `minAccuracy`.
 *
 * @param student Size and accuracy of the student.
 * @param limits The limits.
 * @returns The violation in words, or `undefined`.
 * @throws {RangeError} When latency is limited and was not measured.
 */
export function violation(
  { sizes, accuracy }: Measured,
  limits: Limits,
): string | undefined {
  const ofSize = sizeViolation(sizes, limits);
  if (ofSize !== undefined) return ofSize;
  const { minAccuracy } = limits;
  if (minAccuracy === undefined || accuracy >= minAccuracy) return undefined;
  return `an accuracy of ${accuracy}, expected at least ${minAccuracy}`;
}

/**
 * Makes sure that limits are numbers in their range.
 *
 * @param limits The limits.
 * @throws {RangeError} When one is not.
 */
export function assertLimits(limits: Limits): void {
  for (const [limit] of SIZE_LIMITS) {
    const most = limits[limit] ?? Infinity;
    if (!(most > 0)) {
      throw new RangeError(
        `Cannot limit students: ${limit} is ${most}, expected a number > 0`,
      );
    }
  }
  const { minAccuracy = 0 } = limits;
  if (!(minAccuracy >= 0 && minAccuracy <= 1)) {
    throw new RangeError(
      `Cannot limit students: minAccuracy is ${minAccuracy}, expected 0 <= minAccuracy <= 1`,
    );
  }
}

/** 12345 as 12,345, and 0.12345 as 0.123. */
function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
