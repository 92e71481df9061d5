import { markdownTable } from "../../report/mod.ts";
import { engineText } from "../../search/mod.ts";
import { boundText } from "./compare.ts";
import type { CellCheck, Regression } from "./regress.ts";
import { type Tolerance, TOLERANCES } from "./tolerances.ts";

/** Differences of a cell that are shown one by one. */
const SHOWN = 12;

/**
 * What a regression test found, for people: a table of what was expected and
 * obtained, then which bounds were applied and why.
 *
 * @param regression What was found.
 */
export function regressionText(
  { checks }: Pick<Regression, "checks">,
): string {
  const table = markdownTable(
    [
      { title: "cell" },
      { title: "field" },
      { title: "expected", align: "right" },
      { title: "obtained", align: "right" },
      { title: "asked" },
      { title: "verdict" },
    ],
    checks.flatMap(rowsOf),
  );
  return [table, ...notesOf(checks)].join("\n");
}

const shortDigest = (digest: string | undefined) =>
  digest === undefined ? "none" : `digest ${digest.slice(0, 8)}`;

type Row = readonly string[];

function rowsOf(check: CellCheck): readonly Row[] {
  const { name, comparison, lacking, isUpdated, expected, obtained } = check;
  const done = isUpdated ? ", updated" : "";
  const digests = [shortDigest(expected), shortDigest(obtained)];
  if (comparison === undefined) {
    const verdict = typeof lacking === "object"
      ? `not obtained: ${lacking.result}`
      : `new${done}`;
    return [[name, "the record", ...digests, "", verdict]];
  }
  const { findings, fields, compared, engines, isEqual, isMet } = comparison;
  if (isEqual) {
    return [[
      name,
      `all ${fields}`,
      ...digests,
      boundText({ kind: "equal" }),
      "equal",
    ]];
  }
  const shown = findings.filter(({ isMet }) => !isMet).slice(0, SHOWN);
  const met = findings.filter(({ isMet }) => isMet);
  const left = findings.length - shown.length - met.length;
  const whole = engines === undefined
    ? `all ${fields}`
    : `${compared} of ${fields}`;
  return [
    [
      name,
      whole,
      ...digests,
      engines === undefined ? boundText({ kind: "equal" }) : "",
      `${isMet ? "within bounds" : "DIFFERENT"}${done}`,
    ],
    ...[...shown, ...met].map((finding) => [
      name,
      finding.field,
      finding.expected,
      finding.obtained,
      finding.bound,
      finding.isMet ? "met" : "DIFFERENT",
    ]),
    ...(left > 0
      ? [[name, `and ${left} more fields`, "", "", "", "DIFFERENT"]]
      : []),
  ];
}

/** Where bounds were applied: whose bits they are, and why each bound is as it is. */
function notesOf(checks: readonly CellCheck[]): readonly string[] {
  const bounded = checks.flatMap(({ name, comparison }) =>
    comparison?.engines === undefined ? [] : [{ name, ...comparison }]
  );
  if (bounded.length === 0) return [];
  const applied = new Set(bounded.flatMap(({ applied }) => applied));
  return [
    ...bounded.map(({ name, engines }) =>
      `${name} was recorded by ${
        engineText(engines!.expected)
      } and obtained by ${
        engineText(engines!.obtained)
      }: their bits differ, so bounds apply.\n`
    ),
    `${
      TOLERANCES.filter((each) => applied.has(each)).map(boundLine).join("\n")
    }\n- everything else depends on which students a search came to, or on float bits, and is not compared\n`,
  ];
}

function boundLine({ what, bound, mean, why }: Tolerance): string {
  const onAverage = mean === undefined
    ? ""
    : ` each, ${boundText(mean)} on average`;
  return `- ${what}: ${boundText(bound)}${onAverage}; ${why}`;
}
