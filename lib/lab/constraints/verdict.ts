/**
 * What a profile says of the paper's claim.
 *
 * @module
 */

import {
  formatEstimate,
  formatP,
  formatRewardDifference,
  LEVEL,
  pairsNeeded,
  type VerdictSection,
  verdictSection,
} from "../../report/mod.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import { lackingSentence } from "../cells/page_parts.ts";
import {
  furtherTests,
  type ModeComparison,
  outcomeOf,
  type SubjectSearches,
} from "./analyse.ts";
import type { ConstraintsContent } from "./content.ts";
import { type LackingComparison, lackingComparisons } from "./lacking.ts";

/** What the paper says, and what of it needs a test. */
const CLAIM =
  "Limits on hardware, A x <= b, can be built into the reward (section 3.3): a student that breaks one earns -1 (hard), or loses more of its reward as the search goes on (soft). What is tested is whether the soft form leads to better students than the hard one; the paper's own numbers for limits are not known to us.";

/**
 * Claim, verdict and the numbers behind it.
 *
 * @param subjects All of a profile.
 * @param options.comparisons Soft beside hard.
 * @param options.results What the profile has come to.
 */
export function constraintsVerdict(
  subjects: readonly SubjectSearches[],
  { comparisons, results }: {
    readonly comparisons: readonly ModeComparison[];
    readonly results: Pick<
      ProfileResults<ConstraintsContent>,
      "cells" | "lacking"
    >;
  },
): string {
  const { because, ...judged } = judge(
    comparisons,
    lackingComparisons(results),
  );
  return verdictSection({
    claim: CLAIM,
    ...judged,
    because: because + lackingSentence(results),
    numbers: [...foundNotes(subjects), ...comparisons.map(differenceNote)],
  });
}

/** The verdict, and what would change it. */
function judge(
  comparisons: readonly ModeComparison[],
  lacking: readonly LackingComparison[],
): Pick<VerdictSection, "verdict" | "because" | "wouldChange"> {
  const tests = comparisons.length + furtherTests(comparisons, lacking);
  const needed = pairsNeeded(Math.max(1, tests));
  const least = Math.min(...comparisons.map(({ difference }) => difference.n));
  if (comparisons.length === 0 || least < needed) {
    return {
      verdict: "not decidable at this scale",
      because: comparisons.length === 0
        ? "no limit was searched under both softly and hard."
        : `${least} ${
          least === 1 ? "pair" : "pairs"
        } of search seeds, and ${tests} ${
          tests === 1 ? "test" : "tests"
        } of them: a sign-flip test corrected by Holm's method can come out below ${LEVEL} from ${needed} on.`,
      wouldChange:
        `${needed} search seeds under each limit (\`--seeds ${needed}\`).`,
    };
  }
  if (comparisons.every(({ found }) => found === 0)) {
    return {
      verdict: "not decidable at this scale",
      because: "No search found a student that keeps to its limits.",
      wouldChange: "Looser limits, or a longer search.",
    };
  }
  const clear = comparisons.filter(({ adjusted = 1 }) => adjusted < LEVEL);
  const better = clear.filter(({ difference }) => difference.mean! > 0);
  const worse = clear.filter(({ difference }) => difference.mean! < 0);
  const subjects = new Set(comparisons.map(({ subject }) => subject));
  const names = (some: readonly ModeComparison[]) =>
    some.map(({ limit, subject }) =>
      subjects.size === 1 ? limit : `${limit} (${subject})`
    ).join(", ");
  // More seeds, or another limit, under which hard may be the better one, or soft.
  if (lacking.length > 0 && worse.every(({ isOpen }) => isOpen)) {
    return {
      verdict: "not decidable at this scale",
      because:
        `Of ${tests} tests of soft beside hard ${lacking.length} lack searches, which may overturn what the others show.`,
      wouldChange: "The searches that are lacking.",
    };
  }
  if (better.length > 0 && worse.length === 0) {
    return {
      verdict: "supported",
      because: `Soft limits lead to better students under: ${
        names(better)
      }; to worse ones under none.`,
      wouldChange:
        "A difference that goes away with longer searches, in which a hard limit has more time to be learned.",
    };
  }
  return {
    verdict: "not supported",
    because: worse.length > 0
      ? `Hard limits lead to better students under: ${names(worse)}${
        better.length > 0 ? `, soft ones under: ${names(better)}` : ""
      }.`
      : `None of ${comparisons.length} differences between soft and hard is told from chance (p by Holm's method from ${
        formatP(Math.min(...comparisons.map(({ adjusted = 1 }) => adjusted)))
      } on).`,
    wouldChange:
      "Stricter limits, under which hardly any early proposal is feasible, or more search seeds for smaller differences.",
  };
}

/** In how many searches some student kept to the limits. */
function foundNotes(subjects: readonly SubjectSearches[]): readonly string[] {
  return subjects.map(({ title, arms }) => {
    const limited = arms.filter(({ arm }) => arm !== undefined);
    const searches = limited.reduce(
      (sum, each) => sum + each.searches.length,
      0,
    );
    const found = limited.reduce(
      (sum, each) => sum + outcomeOf(each.searches, []).found,
      0,
    );
    return `${title}: ${found} of ${searches} searches under limits found a student that keeps to them`;
  });
}

function differenceNote(
  { subject, limit, difference, adjusted }: ModeComparison,
): string {
  return `${subject}, ${limit}: soft minus hard ${
    formatEstimate(difference, formatRewardDifference)
  } over ${difference.n} search ${
    difference.n === 1 ? "seed" : "seeds"
  }, p (Holm) ${formatP(adjusted)}`;
}
