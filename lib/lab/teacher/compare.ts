/**
 * A training held against the record of an earlier one.
 *
 * @module
 */

import { EXIT, notify, warn } from "../../cli/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import {
  identityKey,
  type TeacherContent,
  type TeacherRecord,
} from "./record.ts";

/** Largest difference of test accuracies between engines: a point. */
const TOLERANCE = 0.01;

/**
 * Compares a training with the record of an earlier one, and tells the outcome.
 *
 * @param before The record.
 * @param now The training anew.
 * @returns The exit code: 4 where they differ.
 */
export function compareTeachers(
  { profile, deterministic: before }: TeacherRecord,
  now: TeacherContent,
): number {
  if (identityKey(before.identity) !== identityKey(now.identity)) {
    warn(
      `Cannot compare ${profile}: data, network, recipe or seed are not the record's, expected the same`,
    );
    return EXIT.usage;
  }
  const same = canonicalJson(before.engine) === canonicalJson(now.engine);
  const scores = `test accuracy ${now.test}, recorded ${before.test}`;
  if (same) {
    const equal = before.weights === now.weights && before.test === now.test;
    notify(
      equal
        ? `Equal bits: ${profile}, weights ${now.weights}, ${scores}`
        : `${profile} differs: weights ${now.weights}, expected ${before.weights}; ${scores}`,
    );
    return equal ? EXIT.done : EXIT.regression;
  }
  const near = Math.abs(now.test - before.test) <= TOLERANCE;
  notify(
    `${profile} ${
      near ? "agrees" : "differs"
    }: ${scores} by another engine (${before.engine.name} ${before.engine.instructionSet}), tolerance ${TOLERANCE}`,
  );
  return near ? EXIT.done : EXIT.regression;
}
