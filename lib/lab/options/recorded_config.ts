/**
 * The options of a compression as a record holds them: each with its value.
 *
 * @module
 */

import { z } from "zod";
import { compressionOptions } from "./compression.ts";
import { epochs, learningRate } from "./numbers.ts";
import { scheduleSchema } from "./schedules.ts";

/**
 * A schema in which nothing has a default, as what is recorded is all there, and
 * objects may hold more: experiments have options of their own.
 */
function recorded(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault) {
    return recorded(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodOptional) {
    return recorded(schema.unwrap() as z.ZodType).optional();
  }
  if (schema instanceof z.ZodObject) {
    return z.looseObject(recordedShape(schema.shape));
  }
  return schema;
}

function recordedShape(
  shape: Readonly<Record<string, unknown>>,
): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(shape).map((
      [key, each],
    ) => [key, recorded(each as z.ZodType)]),
  );
}

const {
  final: { shape: final },
  ...others
} = compressionOptions;

/** What {@link compressionOptions} become, filled in and without what is usual. */
export const recordedConfig: z.ZodType = z.looseObject({
  ...recordedShape(others),
  network: z.union([
    compressionOptions.network.unwrap(),
    z.string().regex(/^file:./),
  ]),
  teacher: z.looseObject({
    epochs,
    batchSize: z.int().min(1),
    learningRate,
    weightDecay: z.number().min(0),
    seed: z.int().min(1),
    schedule: scheduleSchema.optional(),
  }),
  student: z.looseObject({
    ...recordedShape(compressionOptions.student.shape),
    precision: recorded(compressionOptions.student.shape.precision).optional(),
  }),
  final: z.looseObject({
    ...Object.fromEntries(
      Object.entries(recordedShape(final)).map((
        [key, each],
      ) => [key, each.optional()]),
    ),
    epochs,
    batchSize: z.int().min(1),
    learningRate,
    weightDecay: z.number().min(0),
    distillation: z.number().min(0),
  }),
});
