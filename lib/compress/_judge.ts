import type { Network } from "../network/mod.ts";
import { checkStudent, type StudentBounds } from "./check_student.ts";
import { freezeNetwork } from "./_freeze.ts";
import type { Outcome } from "./outcome.ts";

/** The student, deep-frozen, if it breaks no rule. */
export function judge(
  student: Network,
  base: Network,
  bounds: StudentBounds,
): Outcome {
  // The student may still share layers with the base, which are the caller's.
  const network = freezeNetwork(student);
  const rejection = checkStudent(network, base, bounds);
  return rejection === undefined
    ? { ok: true, network }
    : { ok: false, rejection };
}
