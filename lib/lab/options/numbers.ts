/**
 * Kinds of numbers that many options are.
 *
 * @module
 */

import { z } from "zod";

/** A step size. */
export const learningRate: z.ZodNumber = z.number().positive();

/**
 * Most of what a run does or holds at once: far above what anybody waits for, and
 * below what overflows a machine before its first step.
 */
export const MOST = {
  /** Iterations of a stage, which a forecast goes through. */
  iterations: 100_000,
  /** Students proposed at a time. */
  rollouts: 1000,
  /** Students that are trained or kept apart from a search. */
  students: 10_000,
  /** Images a step: all are in memory, with their maps. */
  batchSize: 8192,
  /** Passes over images. */
  epochs: 100_000,
  /** Views of an image, each with the teacher's logits. */
  views: 1000,
  /** Units of a policy's layer. */
  hidden: 1024,
  /** Pixels of a side. */
  side: 1024,
} as const;

/** Passes over images. */
export const epochs: z.ZodInt = z.int().min(1).max(MOST.epochs);

/** Images a step. */
export const batchSize: z.ZodInt = z.int().min(1).max(MOST.batchSize);

/** A seed; 1 unless given, so that searches of any seed share what it decides. */
export const seed: z.ZodDefault<z.ZodInt> = z.int().min(1).default(1);
