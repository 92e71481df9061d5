/**
 * Targets of a profile, each with the source that decides.
 *
 * @module
 */

import { canonicalJson } from "../../random/mod.ts";
import { loadPaper } from "../../report/mod.ts";
import { cellName } from "../cells/cell.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { PAPER } from "../project.ts";
import { subjectKey } from "../subject/subject.ts";
import type { TransferContent } from "./content.ts";

type Recorded = RecordedCell<TransferContent>;

/** Cells of one target, with the same search seeds. */
export interface TransferTarget {
  /**
   * The cell of the paper's source, where it has one for this target, else of the
   * first source; then those beside it.
   */
  readonly cells: readonly [
    RecordedCell<TransferContent>,
    ...RecordedCell<TransferContent>[],
  ];
  /** The paper's source, where it is declared and has no record: nothing decides. */
  readonly lacking?: string;
}

/** The part of a cell's name before its source, which is its target's. */
function targetOf(cell: string): string {
  return cell.replace(/-from-.*$/, "");
}

/**
 * Targets that the profile declares and of which no cell has a record.
 *
 * @param results What the profile has come to.
 * @returns What the names of their cells begin with.
 */
export function lackingTargets(
  { cells, lacking }: Pick<ProfileResults<unknown>, "cells" | "lacking">,
): readonly string[] {
  const known = new Set(cells.map(({ record }) => targetOf(record.cell ?? "")));
  const targets = new Set(lacking.map(({ name }) => targetOf(name)));
  return [...targets.difference(known)];
}

/**
 * Cells by target. Which source decides does not depend on the order of the cells
 * where the paper has one.
 *
 * @param results What the profile has come to.
 */
export async function transferTargets(
  { cells, lacking }: Pick<
    ProfileResults<TransferContent>,
    "cells" | "lacking"
  >,
): Promise<readonly TransferTarget[]> {
  const paper = await loadPaper(PAPER);
  const groups = Map.groupBy(cells, ({ record }) => {
    const { config, seed } = record.deterministic.identity;
    return JSON.stringify([subjectKey(config), seed]);
  });
  return [...groups.values()].map((group): TransferTarget => {
    const [first] = group as [Recorded];
    const { target, identity } = first.record.deterministic;
    const [row] = paper.transfer({
      target: target.network,
      policy: "pretrained",
    });
    const isPapers = ({ record: { deterministic: { source } } }: Recorded) =>
      source.network === row?.source && source.dataset === target.dataset;
    const deciding = group.find(isPapers);
    if (deciding === undefined) {
      const name = cellName({ ...identity, arm: `from-${row?.source}` });
      return {
        cells: group as [Recorded],
        ...(lacking.some((each) => each.name === name)
          ? { lacking: name }
          : {}),
      };
    }
    return { cells: [deciding, ...group.filter((each) => each !== deciding)] };
  });
}

/**
 * By which engine the students of a cell's target were trained, on which kind of
 * processor, on which data and beside which training of the teacher: equal for cells
 * that differ in the policies alone.
 *
 * @param content The record's content.
 */
export function targetOriginOf(
  { identity: { engine, data, teacher }, target }: TransferContent,
): string {
  return canonicalJson([engine, data, teacher ?? null, target]);
}
