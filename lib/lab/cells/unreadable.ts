/**
 * Records that cannot be read, before a run begins: its table is made of all of
 * them, and hours later is late to hear of one.
 *
 * @module
 */

import { setAside, warn } from "../../cli/mod.ts";
import { RecordError, recordPath } from "../../report/mod.ts";
import type { Report } from "./experiment.ts";
import { type ProfilePlace, readCell, readIndex } from "./index_file.ts";
import { filesOf } from "./write_cell.ts";

/**
 * Sets the unreadable records of cells that are run aside, with their files, so
 * that they are made anew.
 *
 * @param place Where.
 * @param options Names of the cells that are run, and what records must be.
 * @throws {RecordError} If the index cannot be read, or the record of a cell that is
 * not run.
 */
export async function setUnreadableAside<Content>(
  place: ProfilePlace,
  { chosen, report: { schema } }: {
    readonly chosen: readonly string[];
    readonly report: Pick<Report<Content>, "schema">;
  },
): Promise<void> {
  const { results, question, profile } = place;
  const listed = (await readIndex(place)).map(({ name }) => name);
  for (const cell of new Set([...chosen, ...listed])) {
    try {
      await readCell(place, { cell, schema });
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (!chosen.includes(cell)) {
        throw new RecordError(
          `${error.message}, as it is no cell of this command: --cells ${cell}`,
        );
      }
      const path = recordPath({ question, profile, cell });
      for (const file of await filesOf(results, path)) {
        await setAside(file);
      }
      warn(`Set aside: ${cell} as .corrupt-<n>. ${error.message}`);
    }
  }
}
