import { z } from "zod";
import type { Claim } from "./arithmetic/claim.ts";
import type { Context } from "./context.ts";

/** Longest value that is told. */
const LONGEST = 60;

/**
 * Holds what a record says against what follows in it; of several faults the first
 * is told, as the others mostly follow from it.
 *
 * @param context Where flaws go.
 * @param asked The record's file, what follows, and when that is met.
 */
export function checkClaims(
  { tally }: Pick<Context, "tally">,
  { path, claims, isMet }: {
    readonly path: string;
    readonly claims: () => Iterable<Claim>;
    readonly isMet: (claim: Claim) => boolean;
  },
): void {
  const wrong: Claim[] = [];
  let count = 0;
  try {
    for (const claim of claims()) {
      count++;
      if (!isMet(claim)) wrong.push(claim);
    }
  } catch (error) {
    // What is of the right form may still ask for what there is not.
    const isFault = error instanceof RangeError || error instanceof TypeError ||
      error instanceof z.ZodError ||
      error instanceof Error && "exitCode" in error;
    if (!isFault) throw error;
    const reason = error instanceof z.ZodError
      ? error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
        .join("; ")
      : error.message;
    tally.find({
      check: "arithmetic",
      path,
      kind: "damaged",
      message:
        `"${path}" cannot be worked out once more: what is recorded does not fit together (${reason})`,
    });
  }
  tally.count("arithmetic", count);
  const [first, ...others] = wrong;
  if (first === undefined) return;
  tally.find({
    check: "arithmetic",
    path,
    kind: "different",
    message: `"${path}" says ${
      valueText(first.recorded)
    } in ${first.path}, expected ${
      valueText(first.redone)
    } as follows from the rest of it${
      others.length === 0 ? "" : `; ${others.length} more do not follow`
    }`,
  });
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
