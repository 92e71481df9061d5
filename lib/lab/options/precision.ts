/**
 * The option of what a training computes in.
 *
 * @module
 */

import { z } from "zod";
import { type Precision, PRECISIONS } from "../../engine/mod.ts";
import type { Recipe } from "../../training/mod.ts";

/** What a training computes in, as options name it. */
export type PrecisionName = "f32" | Precision;

/** Schema of the option. */
export const precisionSchema: z.ZodDefault<
  z.ZodEnum<{ readonly [Name in PrecisionName]: Name }>
> = z.enum(["f32", ...PRECISIONS]).default("f32").describe(
  "What training steps compute in: single precision, or bfloat16 where engine and processor have it (onednn with AVX512_BF16 or AMX)",
);

/**
 * The part of a recipe that says so. It holds nothing of single precision: what
 * was trained before there was a choice keeps its key.
 *
 * @param name As the option gives it.
 */
export function precisionOf(
  name: PrecisionName = "f32",
): Pick<Recipe, "precision"> {
  return name === "f32" ? {} : { precision: name };
}
