import type { IterationRecord } from "./records.ts";

/** What a stage's proposals came to: a function of its records alone. */
export interface Ledger {
  /** Students that the policy proposed. */
  readonly proposed: number;
  /** Proposals without a valid network, or with one whose size alone is too much. */
  readonly rejected: number;
  /** Rejections by rule. */
  readonly rejections: Readonly<Record<string, number>>;
  /** Proposals of a network proposed before, answered from memory. */
  readonly repeated: number;
  /** Distinct students trained. */
  readonly trained: number;
  /** Of these, trainings whose loss was no longer a number. */
  readonly failed: number;
  /** Students that break a limit, though trained. */
  readonly violations: number;
  /** Epochs over all trained students. */
  readonly studentEpochs: number;
  /** Images that they were trained on, all epochs together. */
  readonly studentImages: number;
}

/**
 * Counts a stage's proposals.
 *
 * @param records The stage's.
 * @param images Images of a student's epoch.
 */
export function ledgerOf(
  records: readonly IterationRecord[],
  images: number,
): Ledger {
  const proposals = records.flatMap((record) => record.proposals);
  const rejected = proposals.flatMap(({ rejection }) => rejection ?? []);
  const distinct = proposals.filter(({ repeated }) => repeated === false);
  const studentEpochs = distinct.reduce((sum, { epochs }) => sum + epochs!, 0);
  return {
    proposed: proposals.length,
    rejected: rejected.length,
    rejections: Object.fromEntries(
      Object.entries(Object.groupBy(rejected, ({ rule }) => rule)).map((
        [rule, group],
      ) => [rule, group!.length]),
    ),
    repeated: proposals.filter(({ repeated }) => repeated === true).length,
    trained: distinct.length,
    failed: distinct.filter(({ failure }) => failure !== undefined).length,
    violations: distinct.filter(({ violation }) => violation !== undefined)
      .length,
    studentEpochs,
    studentImages: studentEpochs * images,
  };
}
