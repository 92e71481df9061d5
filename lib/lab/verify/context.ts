import type { Tally } from "./tally.ts";

/** Which records a generated file comes from. */
export interface Trace {
  /** The file, below the results folder. */
  readonly path: string;
  /** The records, each with the start of its digest: "rq1/smoke/CELL 0123456789abcdef". */
  readonly records: readonly string[];
}

/** What all parts of a verification share. */
export interface Context {
  /** The results folder. */
  readonly results: string;
  /** What was found so far. */
  readonly tally: Tally;
  /** Files that are accounted for, by path below the results folder. */
  readonly known: Set<string>;
  /** Where each generated file comes from. */
  readonly traces: Trace[];
  /** Generated files that were compared, with what their records give. */
  readonly pages: Map<string, string>;
}
