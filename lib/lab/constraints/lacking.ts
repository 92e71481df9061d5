/**
 * Searches under soft and hard limits that a profile declares and has no record of:
 * a verdict on all limits says what they may come to.
 *
 * @module
 */

import { cellName } from "../cells/cell.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import { LIMIT_NAMES, type LimitName } from "./arms.ts";
import type { ConstraintsContent } from "./content.ts";

/** Soft beside hard under one limit, of which some search is lacking. */
export interface LackingComparison {
  /** A content of the subject; undefined where no search of it has a record. */
  readonly of: ConstraintsContent | undefined;
  /** Under which limit. */
  readonly limit: LimitName;
}

/** Arms that are compared: what is told late has the proposals of hard. */
const COMPARED = new RegExp(
  `^(.*)-((${LIMIT_NAMES.join("|")})-(?:soft|hard))-s(\\d+)(?:-|$)`,
);

/**
 * Each comparison once of which a search is lacking. Searches without limits, and
 * those that are told late, are in no comparison.
 *
 * @param results What a profile has come to.
 */
export function lackingComparisons(
  { cells, lacking }: Pick<
    ProfileResults<ConstraintsContent>,
    "cells" | "lacking"
  >,
): readonly LackingComparison[] {
  const contents = cells.map(({ record }) => record.deterministic);
  const found = new Map<string, LackingComparison>();
  for (const { name } of lacking) {
    const [, subject, arm, limit, seed] = COMPARED.exec(name) ?? [];
    if (arm === undefined) continue;
    const of = contents.find(({ identity: { config } }) =>
      cellName({ config, arm, seed: Number(seed) }) === name
    );
    found.set(`${subject}-${limit}`, { of, limit: limit as LimitName });
  }
  return [...found.values()];
}
