/**
 * One search under limits: a compression, whose students are then counted.
 *
 * @module
 */

import type { CellLab, CellResult } from "../cells/experiment.ts";
import { leanResult } from "../compression/lean.ts";
import { runCompression } from "../compression/run.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { FREE } from "./arms.ts";
import type { ConstraintsContent } from "./content.ts";
import { stageLimitsOf } from "./stage_limits.ts";

/**
 * Runs a compression, counts what its students say of limits, and keeps what
 * {@link leanResult} does. Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 */
export async function runConstraints(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<ConstraintsContent>> {
  const { cell: { arm, config }, forecast: { plan } } = lab;
  const { content, failure, ...result } = leanResult(
    await runCompression(lab),
  );
  // That no student keeps to the limits is an answer, not a fault: neither among the
  // candidates nor by the accuracy after the final training.
  const isAnswer = arm !== FREE &&
    content.stages.every(({ winner, rungs = [], finals }) =>
      winner !== undefined ||
      [...rungs.flat(), ...finals].every(({ failure }) => failure === undefined)
    );
  return {
    ...result,
    content: {
      ...content,
      stageLimits: stageLimitsOf(content, { config, plan }),
    },
    ...(failure === undefined || isAnswer ? {} : { failure }),
  };
}
