/**
 * What is kept of a search that stands beside a hundred others.
 *
 * @module
 */

import type { CellResult } from "../cells/experiment.ts";
import type { CompressionContent } from "./content.ts";
import { weightsEnding } from "./winner_weights.ts";

/**
 * A compression's result without its policies, which none of the other cells starts
 * from, and of the winners' weights with the last ones alone: an eighth of the bytes.
 *
 * @param result What the compression came to.
 */
export function leanResult(
  { content, artefacts = new Map(), ...result }: CellResult<CompressionContent>,
): CellResult<CompressionContent> {
  const stages = content.stages.map(({ policy: _, ...stage }) => stage);
  const last = stages.findLast(({ winner }) => winner !== undefined);
  const kept = last === undefined ? undefined : weightsEnding(last.kind);
  return {
    ...result,
    content: { ...content, stages },
    artefacts: new Map([...artefacts].filter(([ending]) => ending === kept)),
  };
}
