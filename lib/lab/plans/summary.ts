/**
 * The page over all cells of a profile: verdict, what plans found, what they spent,
 * how large their spaces are, how cost grows with depth.
 *
 * @module
 */

import { formatCount, LEAST_PAIRS } from "../../report/mod.ts";
import { cellLinks, lackingNote } from "../cells/page_parts.ts";
import type { ProfileResults } from "../cells/experiment.ts";
import type { CompressionContent } from "../compression/content.ts";
import { dataNote, procedureNote, startNote } from "../compression/notes.ts";
import { isPaperScale } from "../compression/scale.ts";
import { isFileNetwork } from "../options/teacher_file.ts";
import { type PlanSubject, planSubjects } from "./content.ts";
import { type PlanTest, testPlans } from "./decide.ts";
import { figureLinks } from "./figures.ts";
import { depthTable, spentTable } from "./cost_tables.ts";
import { planTable } from "./result_table.ts";
import { spaceTable } from "./space_table.ts";
import { testTable } from "./test_table.ts";
import { planVerdictSection } from "./verdict.ts";

/** Says in one line on what scale plans were compared. */
function planScaleNote(
  { identity: { config }, stages }: CompressionContent,
): string {
  const { network, width, student, images, teacher } = config;
  const kinds = stages.map(({ kind }) => kind);
  const some = (count: number) =>
    count === 0 ? "all images" : `${formatCount(count)} images`;
  const long = (epochs: number, of: number) =>
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"} on ${some(of)}`;
  return `${
    isPaperScale(config, kinds)
      ? "The paper's scale"
      : "**Laptop-scale numbers, not the paper's**"
  }: ${
    isFileNetwork(network)
      ? "teachers trained elsewhere"
      : `teachers of width ${width}, trained for ${
        long(teacher.epochs, images)
      }`
  }; students scored after ${
    long(student.epochs, student.images || images)
  }, and trained to the end on ${some(images)}.${procedureNote(config, kinds)}`;
}

function scaleNotes(subjects: readonly PlanSubject[]): string {
  const notes = Map.groupBy(
    subjects,
    ({ outcomes }) => planScaleNote(outcomes[0]!.cell.record.deterministic),
  );
  return notes.size === 1
    ? [...notes.keys()][0]!
    : [...notes].map(([note, subjects]) =>
      `- ${subjects.map(({ title }) => title).join("; ")}: ${note}`
    ).join("\n");
}

const RULES =
  `The score of a plan is the final reward of its student, the winner of its last stage
that found one: R of section 3.3 with the accuracy on all validation images after
the final training, beside the teacher's on those that score students (one factor
for all students of a subject), -1 where there is no student. All plans have the same budget: a
plan of one stage has the proposals and student-epochs of both stages of another, and
the students of both in the rungs before the final training. Where final trainings
start from inherited weights, a second stage's student starts from one that was
trained before, so the final training of a plan of one stage is longer by as much. A plan that proposes the
same students again, or many that are rejected, may end before its budget is spent:
what each spent is below. Plans of two stages train the first one's winner to the end,
too; its images are among those of finals. The second stage starts from that training
where several finalists are compared, or where weights are inherited and no rung
trained it before; else nothing does.`;

const TEST_NOTE =
  `Differences are removal, then shrinkage less the other plan, a pair a subject and
search seed; p is of Wilcoxon's two-sided signed-rank test, corrected over plans by
Holm's method, where there are at least ${LEAST_PAIRS} pairs. The rows over all subjects decide.
The rows of a subject, corrected by themselves, show where it comes from. g is the
mean difference in standard deviations of the differences, corrected for small
samples (Hedges' g_z). Seeds vary the search alone: teacher, split and trainings'
seed are one a subject.`;

/** Says that not all pairs are of one engine and teacher, or "". */
function unlikeNote(tests: readonly PlanTest[]): string {
  const [unlike, all] = [
    tests.reduce((sum, test) => sum + test.unlike, 0),
    tests.reduce((sum, { difference: { n } }) => sum + n, 0),
  ];
  return unlike === 0 ? "" : `
In ${unlike} of ${all} pairs the two plans were trained by other engines or on other kinds of
processor, or from a teacher of another training.
`;
}

const FIGURE_NOTE =
  `Rewards are those of the short trainings that the search sees, means over search
seeds; bands are Student's 95 % intervals where there are several. Where weights are
inherited, students of a second stage start from those that were trained longer: its
first step up is theirs. What decides is the final reward above.`;

const SPACE_NOTE =
  `log2 of the number of action sequences: of the teacher, with a decision for each
layer as in the paper, and as the search decided (what belongs together at once);
then what the first stage left for the second, as a mean over seeds.`;

const DEPTH_NOTE =
  `Means over plans and seeds. Worker-seconds are the time that training threads were
busy with all that a search asked for, rungs and final trainings among it, without
the teacher's training; they depend on the machine and are no part of the records.
A training that several searches share counts for each.`;

/**
 * The page over all cells of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "RQ2: scalability".
 */
export async function planSummary(
  results: ProfileResults<CompressionContent>,
  title: string,
): Promise<string> {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  if (cells.length === 0) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const subjects = planSubjects(cells);
  const tests = testPlans(subjects.flatMap(({ outcomes }) => outcomes));
  const own = subjects.map(({ title, outcomes }) =>
    [title, testPlans(outcomes)] as const
  );
  const contents = cells.map(({ record }) => record.deterministic);
  const notes = new Set(
    contents.flatMap((each) => [startNote(each), dataNote(each)]),
  );
  return `${heading}

${await planVerdictSection(tests, results)}
${scaleNotes(subjects)}

## What each plan found

${await planTable(subjects)}
Means ± standard deviations over search seeds, with Student's 95 % interval, where
there are several. Delta is in percentage points of test accuracy against the
teacher. Test images were opened once a network, for this table.

${RULES}

## The test

${testTable([["all subjects", tests], ...own])}
${TEST_NOTE}
${unlikeNote(tests)}
## Reward against student-epochs

${subjects.map((subject) => figureLinks(subject, profile)).join("\n\n")}

${FIGURE_NOTE}

## Sizes of the search spaces

${spaceTable(subjects)}
${SPACE_NOTE}

## How cost grows with depth

${depthTable(subjects)}
${DEPTH_NOTE}

What a search of each plan spent, as means over seeds:

${spentTable(subjects)}
${[...notes].join("")}${missing}Cell by cell:

${cellLinks(results)}
`;
}
