/**
 * What a stage writes down: its proposals, iteration by iteration, and who came
 * out best.
 *
 * @module
 */

import type { Origin, Rejection } from "../compress/mod.ts";
import type { Network } from "../network/mod.ts";
import type { UpdateReport } from "../policy/mod.ts";
import type { StrategyState } from "./strategy/strategy.ts";

/** A network and what it was made of. */
export interface Student {
  /** The network. */
  readonly network: Network;
  /** Its layers in the network that actions were applied to. */
  readonly origin: Origin;
}

/** One proposed student and what became of it. */
export interface Proposal {
  /** The action of each decision. */
  readonly actions: readonly number[];
  /** R, or -1. */
  readonly reward: number;
  /** Why there is no student; the rest is then absent. */
  readonly rejection?: Pick<Rejection, "reason"> & { readonly rule: string };
  /** Id of the student. */
  readonly networkId?: string;
  /** Trainable parameters. */
  readonly parameters?: number;
  /**
   * Measured milliseconds of a prediction, where latency is limited; of a student
   * that was rejected for it, too.
   */
  readonly latencyMs?: number;
  /** C = 1 - parameters / teacher's. */
  readonly compression?: number;
  /** Validation accuracy after the short training. */
  readonly accuracy?: number;
  /** The limit that it breaks, where there are limits and it does. */
  readonly violation?: string;
  /**
   * Whether the same student was proposed before in this stage: the same network,
   * and of the same layers where weights are inherited.
   */
  readonly repeated?: boolean;
  /** Epochs trained for it; 0 when repeated. */
  readonly epochs?: number;
  /** Why its training failed: it then scores as a degenerate network. */
  readonly failure?: string;
}

/** One iteration: its proposals, and what the strategy made of them. */
export interface IterationRecord {
  /** From 0. */
  readonly iteration: number;
  /** One a rollout. */
  readonly proposals: readonly Proposal[];
  /** b: what the rewards were compared with, where the strategy compares. */
  readonly baseline?: number;
  /** What the policy's update saw, where there is a policy that learns. */
  readonly update?: UpdateReport;
  /**
   * What the strategy tends to, per decision: probability of keep (removal), or
   * expected share of the layer that is left. Of the policy before its update
   * where there is one, else of the proposals. Four decimals.
   */
  readonly tendency: readonly number[];
}

/** What a stage needs to continue after a given iteration. */
export interface StageCheckpoint {
  /** Iterations done. */
  readonly iterations: number;
  /** What the strategy has learned. */
  readonly strategy: StrategyState;
}

/** Where a stage keeps its progress. */
export interface StageJournal {
  /** Records of finished iterations in order, and the latest checkpoint. */
  load(): {
    readonly records: readonly IterationRecord[];
    readonly checkpoint: StageCheckpoint | undefined;
  };
  /** Keeps both or neither. */
  save(record: IterationRecord, checkpoint: StageCheckpoint): void;
}

/** A student that was trained, with its place in the search. */
export interface Candidate extends Student {
  /** Id of the student. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** R. */
  readonly reward: number;
  /** Validation accuracy after the short training. */
  readonly accuracy: number;
  /** Iteration that proposed it first, from 0. */
  readonly iteration: number;
}
