/**
 * Options of a compression without a command line.
 *
 * @module
 */

import { z } from "zod";
import {
  compressionOptions,
  type GivenConfig,
} from "../../lib/lab/options/compression.ts";

/** Groups of options; a command line has each of them. */
const GROUPS = Object.fromEntries(
  ["data", "teacher", "student", "final", "removal", "shrinkage", "joint"]
    .concat("distillation", "annealing", "evolution", "shrink", "limits")
    .map((group) => [group, {}]),
);

/** Options with the defaults of all that is left out. */
export function parseOptions(
  options: Readonly<Record<string, unknown>> = {},
): GivenConfig {
  return z.strictObject(compressionOptions).parse({ ...GROUPS, ...options });
}
