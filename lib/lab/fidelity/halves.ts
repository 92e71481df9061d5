import { subset } from "../../data/mod.ts";
import type { PreparedTeacher } from "../../search/mod.ts";

/** The validation images in two halves, each with its share of every class. */
export interface Halves {
  /** What is chosen by scores is chosen on it. */
  readonly scoring: Uint32Array;
  /** What is concluded is measured on it. */
  readonly confirm: Uint32Array;
}

/**
 * Halves a subject's validation images.
 *
 * @param prepared Its teacher and data.
 * @param seed Seed of the data, >= 1.
 */
export function halves(
  { finalData: { validation, images } }: Pick<PreparedTeacher, "finalData">,
  seed: number,
): Halves {
  const half = Math.floor(validation.length / 2);
  const scoring = subset(validation, images.labels, half, seed);
  const chosen = new Set(scoring);
  return { scoring, confirm: validation.filter((row) => !chosen.has(row)) };
}
