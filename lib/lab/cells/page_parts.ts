/**
 * What the pages over all cells of a profile have in common.
 *
 * @module
 */

import { formatCount } from "../../report/mod.ts";
import type { ProfileResults } from "./experiment.ts";

/**
 * Declared cells without a record, each with the reason, as a paragraph; "" without
 * any.
 *
 * @param results What the profile has come to.
 */
export function lackingNote(
  { lacking }: Pick<ProfileResults<unknown>, "lacking">,
): string {
  return lacking.length === 0 ? "" : `Not in the table:

${lacking.map(({ name, reason }) => `- ${name}: ${reason}`).join("\n")}

`;
}

/**
 * The same in a sentence behind the reason for a verdict, as what is lacking could
 * change it: with a space before, or "".
 *
 * @param results What the profile has come to.
 */
export function lackingSentence(
  { cells, lacking }: Pick<ProfileResults<unknown>, "cells" | "lacking">,
): string {
  return lacking.length === 0
    ? ""
    : ` Of the ${
      formatCount(cells.length + lacking.length)
    } cells of the profile ${formatCount(lacking.length)} ${
      lacking.length === 1 ? "is" : "are"
    } lacking.`;
}

/**
 * A list of all cells with their digests, each a link to its page.
 *
 * @param results What the profile has come to.
 */
export function cellLinks(
  { profile, cells }: Pick<ProfileResults<unknown>, "cells" | "profile">,
): string {
  return cells.map(({ record: { cell, digest } }) =>
    `- [${cell}](${profile}/${cell}.md), record digest ${digest.slice(0, 16)}`
  ).join("\n");
}
