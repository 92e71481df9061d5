/**
 * Kinds of numbers that many options are.
 *
 * @module
 */

import { z } from "zod";

/** A step size. */
export const learningRate: z.ZodNumber = z.number().positive();

/** Passes over images. */
export const epochs: z.ZodInt = z.int().min(1);

/** A seed; 1 unless given, so that searches of any seed share what it decides. */
export const seed: z.ZodDefault<z.ZodInt> = z.int().min(1).default(1);
