import assert from "node:assert/strict";
import {
  overviewPage,
  verdictSection,
  verdictsOf,
  verdictTable,
} from "../../lib/report/mod.ts";

const SECTION = {
  claim: "Policies transfer\n(section 4.5).",
  verdict: "not decidable at this scale",
  because: "three pairs, at least 6 are needed; see [cells](laptop/a.md).",
  numbers: ["p = .25"],
  wouldChange: "three more search seeds.",
} as const;

const QUESTIONS = [
  { question: "rq1", summary: "Compress | compare" },
  { question: "rq3", summary: "Transfer" },
  { question: "rq9", summary: "Later" },
];

const FILES = new Map([
  ["rq3/laptop+0a1b2c3d.md", "# Varied\n"],
  ["rq3/laptop.md", `# Transfer\n\n${verdictSection(SECTION)}`],
  ["rq3/laptop/a.md", "a cell"],
  ["rq3/laptop/b.md", "a cell"],
  ["rq3/laptop/b-search.svg", "a figure"],
  ["rq3/smoke.md", "# Smoke\n"],
  ["rq1/smoke.md", "# Smoke\n"],
]);

Deno.test("verdictsOf() reads what verdictSection() wrote, each of several", () => {
  const { claim, because } = SECTION;
  const other = { ...SECTION, verdict: "supported", numbers: [] } as const;
  const page = `# T\n\n${verdictSection(SECTION)}\ntext\n\n${
    verdictSection(other)
  }`;
  assert.deepEqual(verdictsOf(page), [
    { claim, verdict: "not decidable at this scale", because },
    { claim, verdict: "supported", because },
  ]);
  assert.deepEqual(verdictsOf("# T\n\n**Claim.** nothing else\n"), []);
});

Deno.test("overviewPage() lists every profile, usual ones first, with claim and verdict", () => {
  const page = overviewPage(QUESTIONS, FILES);
  const cells = page.split("\n").filter((line) => /^\| rq/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()).slice(1, 5));
  assert.deepEqual(cells, [
    ["rq1", "[smoke](rq1/smoke.md)", "0", "– (the page tests no claim)"],
    ["rq3", "[smoke](rq3/smoke.md)", "0", "– (the page tests no claim)"],
    [
      "rq3",
      "[laptop](rq3/laptop.md)",
      "2",
      // The link led from the page's folder.
      "**not decidable at this scale**: three pairs, at least 6 are needed; see cells.",
    ],
    [
      "rq3",
      "[laptop+0a1b2c3d](rq3/laptop+0a1b2c3d.md)",
      "0",
      "– (the page tests no claim)",
    ],
  ]);
  assert.match(page, /- \*\*rq3\*\*: Transfer\n {2}Claim: Policies transfer/);
  const reversed = new Map([...FILES].reverse());
  assert.equal(overviewPage(QUESTIONS, reversed), page);
});

Deno.test("verdictTable() has one line a question, of its laptop page", () => {
  const [, , ...lines] = verdictTable(QUESTIONS, FILES).trimEnd().split("\n");
  assert.equal(lines.length, QUESTIONS.length);
  assert.match(lines[0]!, /^\| rq1 .*nothing yet: profile laptop was not run/);
  assert.match(
    lines[1]!,
    /^\| \[rq3\]\(results\/rq3\/laptop\.md\) .*\*\*not decidable/,
  );
});
