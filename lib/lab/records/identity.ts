/**
 * The identity in a record, and its check.
 *
 * @module
 */

import { z } from "zod";
import { recordedConfig } from "../options/recorded_config.ts";
import {
  dataFields,
  digest,
  engine,
  recordedSeed,
  takenTeacher,
  text,
} from "./fields.ts";

/** Fields of every cell's identity. */
export const identityFields = {
  config: recordedConfig,
  arm: text,
  seed: recordedSeed,
  engine,
  data: z.strictObject(dataFields),
  teacher: takenTeacher.optional(),
  machine: z.strictObject({ cpu: text, arch: text, threads: z.int() })
    .optional(),
  policies: z.array(digest).optional(),
};

/** Identity of a cell that has nothing of its own. */
export const identity: z.ZodType = z.strictObject(identityFields);
