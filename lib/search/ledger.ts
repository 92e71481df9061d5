import type { IterationRecord } from "./stage.ts";

/** What a stage's proposals came to: a function of its records alone. */
export interface Ledger {
  /** Students that the policy proposed. */
  readonly proposed: number;
  /** Proposals without a valid network. */
  readonly rejected: number;
  /** Rejections by rule. */
  readonly rejections: Readonly<Record<string, number>>;
  /** Proposals of a network proposed before, answered from memory. */
  readonly repeated: number;
  /** Distinct students trained. */
  readonly trained: number;
  /** Of these, trainings whose loss was no longer a number. */
  readonly failed: number;
  /** Epochs over all trained students. */
  readonly studentEpochs: number;
}

/** Counts a stage's proposals. */
export function ledgerOf(records: readonly IterationRecord[]): Ledger {
  const proposals = records.flatMap((record) => record.proposals);
  const rejected = proposals.flatMap(({ rejection }) => rejection ?? []);
  const distinct = proposals.filter(({ repeated }) => repeated === false);
  return {
    proposed: proposals.length,
    rejected: rejected.length,
    rejections: Object.fromEntries(
      Object.entries(Object.groupBy(rejected, ({ rule }) => rule)).map((
        [rule, group],
      ) => [rule, group.length]),
    ),
    repeated: proposals.filter(({ repeated }) => repeated === true).length,
    trained: distinct.length,
    failed: distinct.filter(({ failure }) => failure !== undefined).length,
    studentEpochs: distinct.reduce((sum, { epochs }) => sum + epochs!, 0),
  };
}
