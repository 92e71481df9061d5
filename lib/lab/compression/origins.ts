/**
 * Where the layers of a recorded search's students are from.
 *
 * @module
 */

import { type Network, networkId } from "../../network/mod.ts";
import { stageSpace } from "../../search/mod.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import type { CompressionContent } from "./content.ts";

/** A stage's winner with its layers in the teacher. */
export interface WinnerOrigin {
  /** Place of the stage, from 0. */
  readonly stage: number;
  /** The winner. */
  readonly network: Network;
  /** For each of its leaves the leaf of the teacher that it was. */
  readonly leaves: readonly number[];
}

/**
 * Follows every stage's winner back to the teacher, by the actions that made it.
 *
 * @param content The record's content.
 * @throws {RangeError} If the record holds no actions that make a winner.
 */
export function winnerOrigins(
  content: CompressionContent,
): readonly WinnerOrigin[] {
  const { teacher, stages } = content;
  const found: WinnerOrigin[] = [];
  // Of the network that a stage starts from, in the teacher.
  let under: readonly number[] | undefined;
  for (const [stage, each] of stages.entries()) {
    const { base = teacher.network, winner } = each;
    under = stage === 0 || each.base === undefined
      ? undefined
      : inTeacher(under, originIn(content, stage - 1, base));
    if (winner === undefined) continue;
    found.push({
      stage,
      network: winner.network,
      leaves: inTeacher(under, originIn(content, stage, winner.network)),
    });
  }
  return found;
}

/** Leaves of a student's base as leaves of the teacher; undefined is the teacher. */
function inTeacher(
  base: readonly number[] | undefined,
  own: readonly number[],
): readonly number[] {
  return base === undefined ? own : own.map((leaf) => base[leaf]!);
}

/** Leaves of a stage's student in the network that the stage started from. */
function originIn(
  { teacher, stages, identity: { config } }: CompressionContent,
  stage: number,
  network: Network,
): readonly number[] {
  const { kind, base = teacher.network, records, winner } = stages[stage]!;
  const id = networkId(network);
  // What a search draws from its seed is none of the space.
  const space = stageSpace(searchPlanOf(config, { seed: 1 }), kind, base);
  const proposals = records.flatMap(({ proposals }) => proposals)
    .filter(({ networkId }) => networkId === id);
  // Where students inherit, equal networks of other layers have other rewards.
  const proposal = proposals.find(({ reward }) => reward === winner?.reward) ??
    proposals[0];
  const outcome = proposal === undefined
    ? undefined
    : space.apply(proposal.actions);
  if (outcome?.ok) return outcome.origin.leaves;
  throw new RangeError(
    `Cannot follow layers: stage ${
      stage + 1
    } has no actions that give network ${id}`,
  );
}
