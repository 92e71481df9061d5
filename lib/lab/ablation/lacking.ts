/**
 * Ablations on subjects that a profile declares and of which there is no record: a
 * verdict on all of them says what they may come to.
 *
 * @module
 */

import type { ProfileResults } from "../cells/experiment.ts";
import type { Ablation } from "./ablation.ts";
import type { AblationContent } from "./content.ts";

/** An ablation on a subject, without a record. */
export interface LackingAblation {
  /** Which; undefined where it is none that there is any more. */
  readonly name: string | undefined;
  /** Comparisons that it would add. */
  readonly tests: number;
}

/**
 * What is lacking.
 *
 * @param results What the profile has come to.
 * @param ablations All there are.
 */
export function lackingAblations(
  { cells, lacking }: Pick<
    ProfileResults<AblationContent>,
    "cells" | "lacking"
  >,
  ablations: readonly Pick<Ablation, "name" | "arms">[],
): readonly LackingAblation[] {
  const contents = cells.map(({ record }) => record.deterministic);
  return lacking.map(({ name: cell }) => {
    const found = ablations.find(({ name }) =>
      new RegExp(`-${RegExp.escape(name)}-s\\d+(-|$)`).test(cell)
    );
    const arms = contents.find(({ identity }) =>
      identity.ablation.name === found?.name
    )?.arms ?? found?.arms(baseOf(contents)) ?? [];
    return { name: found?.name, tests: Math.max(1, arms.length - 1) };
  });
}

/** How long, and on what, another cell of the profile searches. */
function baseOf(contents: readonly AblationContent[]) {
  const [{ length, teacher }] = contents as [AblationContent];
  return { length, parameters: teacher.parameters };
}
