/**
 * Options of every experiment: which of its cells are run.
 *
 * @module
 */

import { z } from "zod";

/** The options, for the schema of an experiment. */
export const cellOptions = {
  subjects: z.array(z.looseObject({})).default([]).describe(
    "What the profile is about, most decisive first: options of each subject, which win over the profile's; --dataset and --network pick from them",
  ),
  arms: z.array(z.string().min(1)).optional().describe(
    "Arms that are run (default: those of the profile)",
  ),
  seeds: z.int().min(1).max(10_000).default(1).describe(
    "Search seeds that are run, from --seed on",
  ),
  cells: z.string().min(1).optional().describe(
    "Only cells whose name matches: parts of it, * for anything, several by commas (--dry-run lists them)",
  ),
};

/** Values of {@link cellOptions}. */
export interface CellOptions {
  /** Options of each subject of the profile. */
  readonly subjects: readonly Readonly<Record<string, unknown>>[];
  /** Arms that are run. */
  readonly arms?: readonly string[] | undefined;
  /** How many search seeds. */
  readonly seeds: number;
  /** Pattern of the cells that are run. */
  readonly cells?: string | undefined;
}
