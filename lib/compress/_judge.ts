import type { Network } from "../network/mod.ts";
import { checkStudent, type StudentBounds } from "./check_student.ts";
import { freezeNetwork } from "./_freeze.ts";
import type { Origin, Outcome } from "./outcome.ts";

/** A student that no rule has been applied to yet. */
export interface Candidate {
  /** Its layers; may share objects with the base network, which are the caller's. */
  readonly network: Network;
  /** Which leaves of the base network they were. */
  readonly origin: Origin;
}

/** The student, deep-frozen, if it breaks no rule. */
export function judge(
  candidate: Candidate,
  base: Network,
  bounds: StudentBounds,
): Outcome {
  const network = freezeNetwork(candidate.network);
  const rejection = checkStudent(network, base, bounds);
  if (rejection !== undefined) return { ok: false, rejection };
  const leaves = Object.freeze([...candidate.origin.leaves]);
  return { ok: true, network, origin: Object.freeze({ leaves }) };
}
