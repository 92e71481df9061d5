import { type Placed, proposalsOf } from "./course.ts";
import type { KnownRun, KnownStage } from "./known.ts";

/** A run with its name on the page. */
export interface NamedRun {
  /** Its name. */
  readonly id: string;
  /** The run, with its course. */
  readonly run: KnownRun;
}

/** A proposal, and where it was made. */
export interface KnownProposal extends Placed, NamedRun {
  /** Its stage. */
  readonly stage: KnownStage;
  /** The stage's place, from 0. */
  readonly index: number;
  /** Its place among the stage's proposals, from 0. */
  readonly student: number;
}

/** The proposals of some runs. */
export interface Proposals {
  /** A stage's, in order. */
  placed(stage: KnownStage): readonly Placed[];
  /** Those of a network, in the order of runs, stages and proposals. */
  of(networkId: string): readonly KnownProposal[];
}

/**
 * Indexes the proposals of some runs by their networks.
 *
 * @param runs The runs.
 */
export function indexProposals(runs: readonly NamedRun[]): Proposals {
  const stages = new Map<KnownStage, readonly Placed[]>();
  const networks = new Map<string, KnownProposal[]>();
  for (const { id, run } of runs) {
    for (const [index, stage] of run.stages.entries()) {
      const placed = proposalsOf(stage);
      stages.set(stage, placed);
      for (const [student, each] of placed.entries()) {
        const { networkId } = each.proposal;
        if (networkId === undefined) continue;
        const known = { ...each, id, run, stage, index, student };
        const same = networks.get(networkId);
        if (same === undefined) networks.set(networkId, [known]);
        else same.push(known);
      }
    }
  }
  return {
    placed: (stage) => stages.get(stage) ?? proposalsOf(stage),
    of: (networkId) => networks.get(networkId) ?? [],
  };
}
