import type { RecordedCell } from "../cells/experiment.ts";
import { compressionPage } from "../compression/page.ts";
import {
  type ComparedContent,
  isBaselineCell,
  isSearchCell,
} from "./content.ts";
import { baselinePage } from "./page.ts";

/**
 * Page and figures of a search's or a baseline's cell, by path below results/.
 *
 * @param cell The record with its environment.
 * @param title What the experiment is called, for example "RQ1: compression".
 */
export async function comparedPage(
  cell: RecordedCell<ComparedContent>,
  title: string,
): Promise<ReadonlyMap<string, string>> {
  if (isSearchCell(cell)) return await compressionPage(cell, title);
  return isBaselineCell(cell) ? baselinePage(cell, title) : new Map();
}
