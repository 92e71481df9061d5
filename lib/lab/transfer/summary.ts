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
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import { lackingNote } from "../cells/lacking_note.ts";
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
import { transferVerdict, WOULD_CHANGE } from "./verdict.ts";

type Recorded = RecordedCell<TransferContent>;

/** Cells of one target: the source that decides first, then those beside it. */
type Group = readonly [Recorded, ...Recorded[]];

function groupsOf(cells: readonly Recorded[]): readonly Group[] {
  const groups = Map.groupBy(cells, ({ record }) => {
    const { identity: { seed } } = record.deterministic;
    return JSON.stringify([targetTitle(record.deterministic), seed]);
  });
  return [...groups.values()] as unknown as readonly Group[];
}

/** One verdict over the first source of every target. */
async function opening(groups: readonly Group[]): Promise<string> {
  const verdicts = groups.map(([{ record }]) => ({
    title: transferTitle(record.deterministic),
    ...transferVerdict(record.deterministic),
  }));
  const having = (wanted: Verdict) =>
    verdicts.filter(({ verdict }) => verdict === wanted);
  const decided = verdicts.length -
    having("not decidable at this scale").length;
  const supported = having("supported").length;
  const verdict: Verdict = decided === 0
    ? "not decidable at this scale"
    : supported === decided
    ? "supported"
    : "not supported";
  return verdictSection({
    claim: await claimNote(),
    verdict,
    because: decided === 0
      ? verdicts[0]!.because
      : `Of ${formatCount(decided)} ${
        decided === 1 ? "pair" : "pairs"
      } of networks that could be decided, ${
        formatCount(supported)
      } had pre-trained policies that proposed better students than both kinds from scratch.`,
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

/** Whether it matters where a policy comes from; "" where targets have one source. */
function sourcesSection(groups: readonly Group[]): string {
  const rows = groups.flatMap(([first, ...others]) => {
    const content = first.record.deterministic;
    const compared = compareAll(
      others.map(({ record: { deterministic } }) => [
        sourceTitle(deterministic),
        ...pairedRewards(content, deterministic),
      ]),
      content.identity.seed,
    );
    return compared.map((difference, i) => [
      targetTitle(content),
      sourceTitle(content),
      sourceTitle(others[i]!.record.deterministic),
      `${difference.n}`,
      ...differenceCells(difference),
    ]);
  });
  if (rows.length === 0) return "";
  const right = (title: string) => ({ title, align: "right" as const });
  return `Does it matter where a policy comes from? Pre-trained policies of a target's first
source less those of each other one, in the mean reward of the first iterations, seed
by seed:

${
    markdownTable(
      [
        { title: "target" },
        { title: "first source" },
        { title: "other source" },
        right("seeds"),
        right("first less other"),
        right("g"),
        right("p"),
        right("p (Holm)"),
      ],
      rows,
    )
  }
Tests as above, corrected over the other sources of each target. Where the
difference is not above 0, what was carried over is not peculiar to the first source.

`;
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
  { profile, cells, lacking }: ProfileResults<TransferContent>,
  title: string,
): Promise<string> {
  const heading = `# ${title} (profile \`${profile}\`)`;
  const missing = lackingNote(lacking);
  const [first] = cells;
  if (first === undefined) {
    return `${heading}\n\nThere is no result yet.\n\n${missing}`;
  }
  const groups = groupsOf(cells);
  const contents = cells.map(({ record }) => record.deterministic);
  const notes = new Set(contents.map(transferScaleNote));
  return `${heading}

${[...notes].join("\n\n")}

${await opening(groups)}
The first source of a target is the one that decides. Over the first iterations:

${await policyTable(cells)}
${policyColumnsNote(first.record.deterministic)}

Students until a policy is about as good as one from scratch at its end:

${reachedTable(cells)}
${reachedNote(first.record.deterministic)}

${sourcesSection(groups)}${
    [...new Set(contents.map(dataNote))].join("")
  }${missing}Cell by cell, with figures:

${
    cells.map(({ record: { cell, digest } }) =>
      `- [${cell}](${profile}/${cell}.md), record digest ${digest.slice(0, 16)}`
    ).join("\n")
  }
`;
}
