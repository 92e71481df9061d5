import { MISSING } from "./format.ts";
import type { PaperCell, Provenance } from "./paper_row.ts";

const MARKS: Readonly<Record<Provenance, string>> = {
  "printed": "",
  "third-party": " ‡",
  "memory": " †",
};

const MEANINGS: Readonly<Record<Provenance, string>> = {
  "printed": "unmarked: read off the paper (printed)",
  "third-party": "‡ copied from the paper by others (third-party)",
  "memory": "† remembered, not checked against the paper (memory)",
};

/**
 * A number of the paper as it stands in a table: its text, marked † if it is
 * known from memory only and ‡ if from a third party.
 *
 * @example
 * ```ts
 * import { formatPaperCell } from "./paper_cell.ts";
 *
 * const cell = { text: "73K", value: 73_000, provenance: "memory" } as const;
 * if (formatPaperCell(cell) !== "73K †") throw new Error();
 * ```
 *
 * @param cell The number; `undefined` gives a dash.
 */
export function formatPaperCell(cell: PaperCell | undefined): string {
  return cell === undefined ? MISSING : cell.text + MARKS[cell.provenance];
}

/**
 * The line below a table that says what its marks mean, for those that occur.
 *
 * @param cells Every number of the paper in the table.
 * @returns For example "Paper's numbers: † remembered, … (memory)."; empty if
 * there is none.
 */
export function paperLegend(
  cells: readonly (PaperCell | undefined)[],
): string {
  const found = new Set(cells.map((cell) => cell?.provenance));
  const parts = (["printed", "third-party", "memory"] as const)
    .filter((provenance) => found.has(provenance))
    .map((provenance) => MEANINGS[provenance]);
  return parts.length === 0 ? "" : `Paper's numbers: ${parts.join("; ")}.`;
}
