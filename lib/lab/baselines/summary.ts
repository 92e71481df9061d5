/**
 * The page over all cells of a profile with searches and baselines.
 *
 * @module
 */

import { verdictSection } from "../../report/mod.ts";
import { cellLinks, lackingSentence } from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { compressionSections } from "../compression/summary.ts";
import {
  compareBaselines,
  type ComparedAnalysis,
  type ComparedContents,
} from "./compare.ts";
import {
  type BaselineContent,
  type ComparedContent,
  isBaselineCell,
  isSearchCell,
} from "./content.ts";
import {
  BASELINE_NAMES,
  BASELINE_NOTES,
  type BaselineName,
} from "./designs.ts";
import { comparedSubjects } from "./figures.ts";
import {
  baselineCostTable,
  comparisonTable,
  pairTable,
  sizeTable,
} from "./tables.ts";
import { strategySection } from "./strategies.ts";
import { comparedVerdict } from "./verdict.ts";

/**
 * Verdict, figures and tables over all cells of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "RQ1: compression".
 */
export async function comparedSummary(
  results: ProfileResults<ComparedContent>,
  title: string,
): Promise<string> {
  const { profile, cells } = results;
  const searches = cells.filter(isSearchCell);
  const baselines = cells.filter(isBaselineCell);
  const contents: ComparedContents = {
    searches: searches.map(({ record }) => record.deterministic),
    baselines: baselines.map(({ record }) => record.deterministic),
  };
  const figures = comparedSubjects(cells).map(({ title, slug }) =>
    `![Test accuracy against parameters and multiply-accumulates: ${title}](${profile}/${slug}-pareto.svg)\n\n`
  );
  const verdict = comparedVerdict(compareBaselines(contents));
  return `# ${title} (profile \`${profile}\`)

${
    verdictSection({
      ...verdict,
      because: verdict.because + lackingSentence(results),
    })
  }
${figures.join("")}${comparedSections(contents)}${
    strategySection(compareBaselines(contents).arm, contents.searches)
  }${await compressionSections({
    ...results,
    cells: searches,
  })}${baselineSections(baselines, profile)}`;
}

function comparedSections(contents: ComparedContents): string {
  if (contents.searches.length === 0 || contents.baselines.length === 0) {
    return "";
  }
  const analysis = compareBaselines(contents);
  return `Search beside simple methods at the same number of parameters:

${comparisonTable(analysis)}
Every baseline has networks at sizes that are the same whatever a search finds,
trained as a winner is: same epochs, images, labels and teacher's logits. What the
winner of a second stage has besides: it was chosen among many, and where final
trainings start from inherited weights, its parent's have been trained in the first
stage: in the last rung, or to the end where no rung trained it or several finalists
are compared. A pair is a last
stage's winner (${analysis.arm}) and the baseline's test accuracy at the winner's
parameters, log-linear between the two sizes around it, of the same subject and
seed: the seed of a baseline is that of its trainings. Winners outside of a
baseline's sizes make no pair. Difference in points, with its standard deviation
over pairs and Student's 95 % interval; g is Hedges' g_z of the differences. p is
of Wilcoxon's two-sided signed-rank test over the pairs of all subjects, corrected
by Holm's method over the baselines with six pairs or more. Pairs of a subject share
teacher and split: the test says nothing of others.
${unlikeNote(analysis)}
${pairTable(analysis, contents)}
In brackets the winner's accuracy minus the baseline's.

`;
}

/** Says that not all pairs are of one engine and teacher, or "". */
function unlikeNote({ baselines }: ComparedAnalysis): string {
  const pairs = baselines.flatMap(({ pairs }) => pairs);
  const unlike = pairs.filter(({ isAlike }) => !isAlike).length;
  return unlike === 0 ? "" : `
In ${unlike} of ${pairs.length} pairs search and baseline were trained by other engines or on other
kinds of processor, or from a teacher of another training: cell by cell below.
`;
}

function baselineSections(
  cells: readonly RecordedCell<BaselineContent>[],
  profile: string,
): string {
  if (cells.length === 0) return "";
  const contents = cells.map(({ record }) => record.deterministic);
  const names = BASELINE_NAMES.filter((name: BaselineName) =>
    contents.some(({ identity }) => identity.arm === name)
  );
  return `
## Baselines

${names.map((name) => `- **${name}**: ${BASELINE_NOTES[name]}.`).join("\n")}

${sizeTable(contents)}
Compression "asked for" is what the network's size was to be; its own is as near as
the design comes. Delta is in points against the teacher.

${baselineCostTable(cells)}
Cell by cell:

${cellLinks({ profile, cells })}
`;
}
