/**
 * The option of what a training computes in.
 *
 * @module
 */

import { z } from "zod";
import {
  checkPrecision,
  type Engine,
  type Precision,
  PrecisionError,
  PRECISIONS,
} from "../../engine/mod.ts";
import type { Recipe } from "../../training/mod.ts";

/** What a training computes in, as options name it. */
export type PrecisionName = "f32" | Precision;

type NameSchema = z.ZodEnum<{ readonly [Name in PrecisionName]: Name }>;

const names: NameSchema = z.enum(["f32", ...PRECISIONS]);

const schema: z.ZodDefault<NameSchema> = names.default("f32").describe(
  "What training steps compute in: single precision, or bfloat16 where engine and processor have it (onednn with AVX512_BF16 or AMX)",
);

/** The option, for the schema of a command or of a group of options. */
export const precisionOptions = { precision: schema };

const trained: z.ZodOptional<NameSchema> = names.optional().describe(
  "What it is trained in (default: by experiments/configs/teachers.yaml, else f32); one that is kept in results/teachers is used by every machine",
);

/** What an experiment's teacher was trained in: it may be trained elsewhere. */
export const teacherPrecisionOptions = { precision: trained };

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

/** Options of trainings, as far as they say what these compute in. */
export interface Trainings {
  /** The teacher's; left out where it is not trained. */
  readonly teacher?: { readonly precision?: PrecisionName | undefined };
  /** The short training of candidates. */
  readonly student: { readonly precision?: PrecisionName };
  /** The final training. */
  readonly final: { readonly precision?: PrecisionName };
}

/**
 * Checks before anything is trained that an engine computes in what options ask for.
 *
 * @param engine The engine.
 * @param trainings The options.
 * @throws {PrecisionError} If it does not, on this machine.
 */
export function checkPrecisions(
  engine: Engine,
  { teacher, student, final }: Trainings,
): void {
  checkTeacherPrecision(engine, {
    precision: teacher?.precision,
    flag: "--teacher.precision",
  });
  checkOption(engine, student.precision, "--student.precision f32");
  checkOption(engine, final.precision, "--final.precision f32");
}

/**
 * The same for a teacher, of which teachers.yaml may ask what no option does.
 *
 * @param engine The engine.
 * @param option What it is to be trained in, and the option's name.
 * @throws {PrecisionError} If it does not, on this machine.
 */
export function checkTeacherPrecision(
  engine: Engine,
  { precision, flag }: {
    readonly precision: PrecisionName | undefined;
    readonly flag: string;
  },
): void {
  checkOption(
    engine,
    precision,
    `${flag} f32; left out, it is what experiments/configs/teachers.yaml says`,
  );
}

function checkOption(
  engine: Engine,
  name: PrecisionName | undefined,
  remedy: string,
): void {
  try {
    checkPrecision(engine, precisionOf(name).precision);
  } catch (error) {
    if (!(error instanceof PrecisionError)) throw error;
    throw new PrecisionError(`${error.message} (${remedy})`, { cause: error });
  }
}
