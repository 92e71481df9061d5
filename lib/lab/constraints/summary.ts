/**
 * The page over all searches of a profile.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatCount,
  formatHours,
  formatNumber,
} from "../../report/mod.ts";
import { cellLinks, lackingNote } from "../cells/page_parts.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import {
  formatLatency,
  limitsInWords,
  machineNote,
} from "../compression/limit_notes.ts";
import { dataNote, startNote } from "../compression/notes.ts";
import { scaleNote } from "../compression/scale.ts";
import {
  compareModes,
  furtherTests,
  limitedSubjects,
  type SubjectSearches,
} from "./analyse.ts";
import type { ConstraintsContent } from "./content.ts";
import { lackingComparisons } from "./lacking.ts";
import { feasibleFigure } from "./figures.ts";
import { comparisonTable, filterTable, outcomeTable } from "./tables.ts";
import { constraintsVerdict } from "./verdict.ts";

/** Where the figure of a subject lies below results/. */
function figurePath(
  { question, profile }: ProfileResults<ConstraintsContent>,
  { slug }: SubjectSearches,
): string {
  return `${question}/${profile}/${slug}-feasible.svg`;
}

/**
 * A figure for each subject, by path below results/.
 *
 * @param results What the profile has come to.
 */
export function constraintsFigures(
  results: ProfileResults<ConstraintsContent>,
): ReadonlyMap<string, string> {
  return new Map(
    limitedSubjects(results).map((subject) => [
      figurePath(results, subject),
      feasibleFigure(subject),
    ]),
  );
}

/**
 * The page over all searches of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "RQ4: constraints".
 */
export function constraintsSummary(
  results: ProfileResults<ConstraintsContent>,
  title: string,
): string {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const subjects = limitedSubjects(results);
  const lacking = lackingComparisons(results);
  const comparisons = compareModes(subjects, lacking);
  const further = furtherTests(comparisons, lacking);
  const contents = cells.map(({ record }) => record.deterministic);
  const scales = subjects.map(({ title, arms }) =>
    `- ${title}: ${scaleNote(arms[0]!.searches[0]!)}`
  );
  return `${heading}

${constraintsVerdict(subjects, { comparisons, results })}
${scales.join("\n")}

## Soft and hard limits

${comparisonTable(comparisons)}
${comparisonNote(further)}

## What each limit costs

${outcomeTable(subjects)}
${outcomeNote(contents)}

${subjects.map(limitList).join("\n")}
${
    subjects.map((subject) =>
      `![Share of the students proposed that keep to their limits](${
        figurePath(results, subject).replace(/^[^/]+\//, "")
      })\n`
    ).join("\n")
  }
A point is the mean over search seeds of the share in up to five iterations, with 95 %
intervals by Student's t; proposals without a valid network count as breaking the
limit. The line "no limit" is of the search without limits: how many of its students
would have kept to this one.

## A limit in the search, or a choice after it

${filterTable(subjects)}
Of the last stage: how many students of the search without limits keep to each all
the same, the best of them, and the best that searches under the limit found. All
rewards here are those of the short training. Latency is not among them: it is
measured only where it is limited.

${latencyNotes(contents)}${
    [
      ...new Set(contents.flatMap((each) => [startNote(each), dataNote(each)])),
    ].join("")
  }Cost: ${
    formatHours(
      cells.reduce((sum, each) => sum + each.environment.workerSeconds, 0),
    )
  } worker-hours over ${
    formatCount(cells.length)
  } searches (a training that several share counts for each).

${missing}Search by search, with figures and networks:

${cellLinks(results)}
`;
}

/** Says what is tested; so many tests more are lacking. */
function comparisonNote(further: number): string {
  return `What decides: the score of a search is the reward of its best student that keeps to
the limits, by its accuracy on all validation images after the final training (beside
the teacher's on those that score students: one factor for all); -1 where there is
none. Scores under soft and under hard limits are paired by search
seed; p is of a two-sided sign-flip permutation test, at least 2^(1 - n) with n
pairs, corrected over all tests of this page${
    further === 0 ? "" : `, and ${further} that are lacking,`
  } by Holm's method. The effect size is
Hedges' g_z: the mean difference over its standard deviation, corrected for few
pairs. No test image decides.`;
}

function outcomeNote(contents: readonly ConstraintsContent[]): string {
  const iterations = new Set(
    contents.map(({ identity: { config } }) => config.limits.iterations),
  );
  return `Means over search seeds ± standard deviations, with 95 % intervals by Student's t.
"Against none" is the score less that of the search without limits with the same
seed: below 0 it is the price of the limit. Test accuracy and parameters are of the
best student that keeps to the limits. "Keep to it" is the share of all proposals, in
all stages. Student-epochs of students that break a limit teach the policy, but no
such student can be chosen. Hard: a student whose size alone breaks a limit is not
trained, and "not trained" counts the distinct ones; \`late\`, which is told after the
training, has proposals and rewards of hard, bit for bit, and costs the student-epochs
of these besides. Soft: the reward that is left falls as (1 - t / T)^4 with iteration
t, from 0 in each stage, T = ${
    [...iterations].map((each) => formatNumber(each, 0)).join(", ")
  }; from T on it is hard.
Weights are 32-bit numbers: a limit on the size of the file is one on parameters,
four bytes each, and has no search of its own.`;
}

/** What the limits of a subject are, in words. */
function limitList({ title, arms }: SubjectSearches): string {
  const lines = arms.flatMap(({ arm, searches }) => {
    const limits = searches[0]!.limits;
    return arm === undefined || limits === undefined
      ? []
      : `- ${arm.limit}: ${limitsInWords(limits)}`;
  });
  return `Limits of ${escapeMarkdown(title)}:\n\n${
    [...new Set(lines)].join("\n")
  }\n`;
}

/** Teachers' latencies, and where they were measured; "" without any. */
function latencyNotes(contents: readonly ConstraintsContent[]): string {
  const notes = contents.flatMap(({ teacher, identity }) => {
    const { machine, engine } = identity;
    return machine === undefined || teacher.latency === undefined
      ? []
      : `Latency is the median time of the prediction of one image by itself; the teacher takes
${formatLatency(teacher.latency)}, quartiles in brackets.
${machineNote({ machine, engine })}

`;
  });
  return [...new Set(notes)].join("");
}
