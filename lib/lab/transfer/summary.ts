/**
 * The table over all sources and targets of a profile.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatCount,
  markdownTable,
  paperLegend,
  type Verdict,
  verdictSection,
} from "../../report/mod.ts";
import {
  cellLinks,
  lackingNote,
  lackingSentence,
} from "../cells/page_parts.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { dataNote } from "../compression/notes.ts";
import { analyseTransfer, compareAll, firstReward } from "./analyse.ts";
import type { TransferContent } from "./content.ts";
import { sourceTitle, targetTitle, transferTitle } from "./names.ts";
import {
  claimNote,
  policyColumnsNote,
  reachedNote,
  transferScaleNote,
} from "./notes.ts";
import { DATA_UNKNOWN } from "./page.ts";
import {
  cellsOfPaper,
  differenceCells,
  PAPER_TRANSFER_COLUMNS,
  paperCells,
  paperTransferRow,
  POLICY_COLUMNS,
  policyCells,
  REACHED_COLUMNS,
  reachedCells,
} from "./tables.ts";
import {
  lackingTargets,
  targetOriginOf,
  type TransferTarget,
  transferTargets,
} from "./targets.ts";
import { transferVerdict, WOULD_CHANGE } from "./verdict.ts";

type Recorded = RecordedCell<TransferContent>;

/** One verdict over the source that decides of every target. */
async function opening(
  targets: readonly TransferTarget[],
  results: ProfileResults<TransferContent>,
): Promise<string> {
  const verdicts = targets.map(({ cells: [{ record }], lacking }) => ({
    title: transferTitle(record.deterministic),
    ...(lacking === undefined ? transferVerdict(record.deterministic) : {
      verdict: "not decidable at this scale" as const,
      because: `The source that decides is lacking (${lacking}).`,
      numbers: [`The source that decides is lacking (${lacking})`],
    }),
  }));
  const count = (wanted: Verdict) =>
    verdicts.filter(({ verdict }) => verdict === wanted).length;
  const [supported, failed] = [count("supported"), count("not supported")];
  // Targets of which there is no record at all are not decided either.
  const undecided = verdicts.length - supported - failed +
    lackingTargets(results).length;
  // What is not decided may still fail: then the others do not support the claim.
  const verdict: Verdict = failed > 0
    ? "not supported"
    : undecided > 0
    ? "not decidable at this scale"
    : "supported";
  return verdictSection({
    claim: await claimNote(),
    verdict,
    because: `${
      supported + failed === 0
        ? verdicts[0]!.because
        : `Of ${formatCount(supported + failed)} ${
          supported + failed === 1 ? "pair" : "pairs"
        } of networks that could be decided, ${
          formatCount(supported)
        } had pre-trained policies that earned more than policies from scratch and than such that keep as many layers${
          undecided === 0
            ? ""
            : `; ${formatCount(undecided)} could not be decided`
        }.`
    }${lackingSentence(results)}`,
    numbers: verdicts.map(({ title, verdict, numbers }) =>
      `${escapeMarkdown(title)}: ${verdict}. ${
        numbers.map((each) => `${each[0]!.toUpperCase()}${each.slice(1)}`)
          .join("; ")
      }`
    ),
    wouldChange: WOULD_CHANGE,
  });
}

async function policyTable(cells: readonly Recorded[]): Promise<string> {
  const rows = await Promise.all(cells.flatMap(({ record }) => {
    const content = record.deterministic;
    return analyseTransfer(content).arms.map(async (arm) => ({
      cells: [targetTitle(content), sourceTitle(content), ...policyCells(arm)],
      paper: await paperTransferRow(content, arm.name),
    }));
  }));
  const used = rows.flatMap(({ paper }) => cellsOfPaper(paper));
  const hasPaper = used.length > 0;
  const table = markdownTable(
    [
      { title: "target" },
      { title: "source" },
      ...POLICY_COLUMNS,
      ...(hasPaper ? PAPER_TRANSFER_COLUMNS : []),
    ],
    rows.map(({ cells, paper }) => [
      ...cells,
      ...(hasPaper ? paperCells(paper) : []),
    ]),
  );
  return hasPaper ? `${table}\n${paperLegend(used)} ${DATA_UNKNOWN}\n` : table;
}

function reachedTable(cells: readonly Recorded[]): string {
  return markdownTable(
    [{ title: "target" }, { title: "source" }, ...REACHED_COLUMNS],
    cells.flatMap(({ record: { deterministic: content } }) => {
      const { arms, asked } = analyseTransfer(content);
      const { iterations, rollouts } = content.identity.config.removal;
      return arms.map((arm) => [
        targetTitle(content),
        sourceTitle(content),
        ...reachedCells(arm, { asked, proposed: iterations * rollouts }),
      ]);
    }),
  );
}

/**
 * Whether it matters where a policy comes from; "" where targets have one source, or
 * lack the one that decides.
 */
function sourcesSection(targets: readonly TransferTarget[]): string {
  const compared = targets.filter(({ lacking }) => lacking === undefined)
    .map(compareSources);
  const rows = compared.flatMap(({ rows }) => rows);
  const unlike = compared.flatMap(({ unlike }) => unlike);
  const left = unlike.length === 0
    ? ""
    : `Not compared with the source that decides: ${
      unlike.join(", ")
    }, whose students
were trained by another engine, on another kind of processor or other data, or beside
another teacher.

`;
  if (rows.length === 0) return left;
  const right = (title: string) => ({ title, align: "right" as const });
  return `Does it matter where a policy comes from? Pre-trained policies of the source
that decides less those of each other one, in the mean reward of the first iterations, seed
by seed:

${
    markdownTable(
      [
        { title: "target" },
        { title: "deciding source" },
        { title: "other source" },
        right("seeds"),
        right("it less other"),
        right("g"),
        right("p"),
        right("p (Holm)"),
      ],
      rows,
    )
  }
Tests as above, corrected over the other sources of each target. Where the
difference is not above 0, what was carried over is not peculiar to that source.

${left}`;
}

/** Sources of a target beside the one that decides, and those that differ in more. */
function compareSources({ cells: [first, ...all] }: TransferTarget) {
  const content = first.record.deterministic;
  const [others = [], unlike = []] = [true, false].map((isAlike) =>
    all.map(({ record }) => record.deterministic).filter((other) =>
      (targetOriginOf(other) === targetOriginOf(content)) === isAlike
    )
  );
  const compared = compareAll(
    others.map((other) => [
      sourceTitle(other),
      ...pairedRewards(content, other),
    ]),
    content.identity.seed,
  );
  return {
    rows: compared.map((difference, i) => [
      targetTitle(content),
      sourceTitle(content),
      sourceTitle(others[i]!),
      `${difference.n}`,
      ...differenceCells(difference),
    ]),
    unlike: unlike.map((other) => escapeMarkdown(transferTitle(other))),
  };
}

/** What decides, of both, for the seeds that both have. */
function pairedRewards(
  first: TransferContent,
  second: TransferContent,
): readonly [readonly number[], readonly number[]] {
  const rewards = ({ seeds }: TransferContent) =>
    new Map(seeds.map(({ seed, pretrained }) => [
      seed,
      firstReward(pretrained),
    ]));
  const [one, other] = [rewards(first), rewards(second)];
  const shared = [...one.keys()].filter((seed) => other.has(seed));
  return [
    shared.map((seed) => one.get(seed)!),
    shared.map((seed) => other.get(seed)!),
  ];
}

/**
 * The table over all sources and targets of a profile.
 *
 * @param results What the profile has come to.
 * @param title What the experiment is called, for example "RQ3: transfer of policies".
 */
export async function transferSummary(
  results: ProfileResults<TransferContent>,
  title: string,
): Promise<string> {
  const { profile, cells } = results;
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(results);
  const [first] = cells;
  if (first === undefined) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const targets = await transferTargets(results);
  const contents = cells.map(({ record }) => record.deterministic);
  const notes = new Set(contents.map(transferScaleNote));
  return `${heading}

${[...notes].join("\n\n")}

${await opening(targets, results)}
Of a target with several sources the paper's decides, where it has one, else the
first. Over the first iterations:

${await policyTable(cells)}
${policyColumnsNote(first.record.deterministic)}

Students until a policy is about as good as one from scratch at its end:

${reachedTable(cells)}
${reachedNote(first.record.deterministic)}

${sourcesSection(targets)}${
    [...new Set(contents.map(dataNote))].join("")
  }${missing}Cell by cell, with figures:

${cellLinks(results)}
`;
}
