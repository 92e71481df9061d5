import { countParameters, type Network, shapes } from "../network/mod.ts";
import { inferOrReject } from "./_infer_or_reject.ts";
import { flattenedInputs } from "./_linear.ts";
import type { Rejection } from "./outcome.ts";

/**
 * Largest flattened input a linear layer may have, in both stages. The paper
 * has such a limit without a number; 50,000 is what the authors' released code
 * uses. Without it, a student that drops its pools gets a linear layer of
 * hundreds of thousands of inputs a class.
 */
export const MAX_LINEAR_INPUTS = 50_000;

/** Smallest flattened input of a linear layer after shrinkage, as in the authors' code. */
export const MIN_LINEAR_INPUTS = 10;

/** Bounds that {@linkcode checkStudent} applies. */
export interface StudentBounds {
  /** Largest flattened input of the first linear layer. Default {@linkcode MAX_LINEAR_INPUTS}. */
  readonly maxLinearInputs?: number;
  /**
   * Smallest flattened input of the first linear layer, or the base network's
   * own where that is smaller. Default {@linkcode MIN_LINEAR_INPUTS}.
   */
  readonly minLinearInputs?: number;
}

/**
 * The rule that a student breaks, or `undefined` when it may be trained.
 * Checked in this order: shapes, output shape, linear input, parameter count.
 *
 * Only the first linear layer is looked at: no action changes the inputs of a
 * later one.
 *
 * @param student The candidate.
 * @param teacher The base network that the actions were applied to: the teacher
 * in stage 1, the stage-1 student in stage 2.
 * @param bounds Limits of the linear layer's input.
 * @returns The first broken rule with its reason, or `undefined`.
 * @throws {RangeError} When the base network itself is not valid.
 *
 * @example
 * ```ts
 * import { checkStudent } from "./mod.ts";
 * import type { Network } from "../network/mod.ts";
 *
 * const teacher: Network = {
 *   input: [1, 8, 8],
 *   blocks: [{ type: "linear", outFeatures: 10, bias: true }],
 * };
 * checkStudent(teacher, teacher)?.rule; // "noReduction"
 * ```
 */
export function checkStudent(
  student: Network,
  teacher: Network,
  bounds: StudentBounds = {},
): Rejection | undefined {
  const expected = shapes(teacher).output;
  const inferred = inferOrReject(student);
  if ("rule" in inferred) return inferred;
  const { output } = inferred;
  if (output.some((size, axis) => size !== expected[axis])) {
    return {
      rule: "classes",
      reason: `the output shape is [${output}], expected [${expected}]`,
    };
  }
  return checkLinear(student, teacher, bounds) ?? checkSize(student, teacher);
}

function checkLinear(
  student: Network,
  teacher: Network,
  bounds: StudentBounds,
): Rejection | undefined {
  const inputs = flattenedInputs(student);
  if (inputs === undefined) return undefined;
  const max = bounds.maxLinearInputs ?? MAX_LINEAR_INPUTS;
  if (inputs > max) {
    return {
      rule: "linearTooLarge",
      reason: `the linear layer has ${inputs} inputs, expected at most ${max}`,
    };
  }
  // A teacher already below the bound could otherwise have no student at all.
  const min = Math.min(
    bounds.minLinearInputs ?? MIN_LINEAR_INPUTS,
    flattenedInputs(teacher) ?? Infinity,
  );
  if (inputs < min) {
    return {
      rule: "linearTooSmall",
      reason: `the linear layer has ${inputs} inputs, expected at least ${min}`,
    };
  }
  return undefined;
}

function checkSize(student: Network, teacher: Network): Rejection | undefined {
  const size = countParameters(student);
  const limit = countParameters(teacher);
  if (size < limit) return undefined;
  return {
    rule: "noReduction",
    reason:
      `the student has ${size} parameters, expected fewer than the base network's ${limit}`,
  };
}
