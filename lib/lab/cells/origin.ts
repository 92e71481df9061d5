import { canonicalJson } from "../../random/mod.ts";
import type { Identity } from "./identity.ts";

/** What tells trainings of a teacher apart in a record. */
export interface TrainedTeacher {
  /** Id of its network. */
  readonly networkId: string;
  /** Validation accuracy, in [0, 1]. */
  readonly validation: number;
  /** Test accuracy, in [0, 1]. */
  readonly test: number;
}

/**
 * A key that is equal for equal trainings of a teacher.
 *
 * @param teacher Of the record.
 */
export function teacherKey(
  { networkId, validation, test }: TrainedTeacher,
): string {
  return canonicalJson([networkId, validation, test]);
}

/**
 * By which engine a record's students were trained, on which kind of processor, and
 * from which training of the teacher: equal for records that differ in the search
 * alone.
 *
 * @param content The deterministic part of the record.
 */
export function originOf(
  { identity: { engine }, teacher }: {
    readonly identity: Pick<Identity<unknown>, "engine">;
    readonly teacher: TrainedTeacher;
  },
): string {
  return canonicalJson([engine, teacherKey(teacher)]);
}
