import type { LoadWatch } from "../load.ts";
import type { BenchNetwork } from "../networks.ts";
import type { Bench, Machine } from "../report/mod.ts";
import type { Contender, Skipped } from "../contenders/contender.ts";

/** A section cannot be measured on this machine, or with these options. */
export class SectionSkipped extends Error {
  /** The class, for messages. */
  override readonly name = "SectionSkipped";
}

/** What every section is measured with. */
export interface BenchContext {
  /** Where it is measured. */
  readonly machine: Machine;
  /** Foreign load, where the system tells of it. */
  readonly watch: LoadWatch | undefined;
  /** Rounds of each comparison, >= 1. */
  readonly rounds: number;
  /** How often a disturbed turn is repeated at most. */
  readonly repeats: number;
  /** Those asked for. */
  readonly networks: readonly BenchNetwork[];
  /** Those asked for that are there: ours first. */
  readonly contenders: readonly Contender[];
  /** What is not measured at all. */
  readonly skipped: readonly Skipped[];
  /** What is known of this kind of processor. */
  readonly before: Bench;
  /** Keeps a part of a section: an hour is a long time to lose. */
  readonly keep: (part: Partial<Bench>) => Promise<void>;
}
