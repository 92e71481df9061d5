import assert from "node:assert/strict";
import { headlineTable } from "../../lib/report/mod.ts";

const HEAD = [
  ...["subject", "arm", "network", "seeds", "test accuracy %", "delta"],
  ...["parameters", "compression", "MACs"],
];

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

const row = (subject: string, arm: string, network: string, test: string) =>
  line([subject, arm, network, "1", test, `d${test}`, `p${test}`, "2x", "1M"]);

const PAGE = [
  "# T",
  "",
  "| subject | other |",
  "| ------- | ----- |",
  "| A | 1 |",
  "",
  line(HEAD),
  line(HEAD.map(() => "---")),
  row("A \\| B", "paper", "teacher", "99"),
  row("A \\| B", "paper", "stage 1", "98"),
  row("A \\| B", "paper", "stage 1+2", "97 ± 1"),
  row("A \\| B", "random", "teacher", "99"),
  row("A \\| B", "random", "stage 1", "50"),
  row("C", "random", "teacher", "91"),
  row("C", "random", "stage 1", "–"),
  "",
  row("D", "paper", "teacher", "1"),
].join("\n");

// Seen to fail: with the last arm's student, and with the first table of all.
Deno.test("headlineTable() shows what the first arm's last stage made of each teacher", () => {
  const [, , ...rows] = headlineTable(PAGE).trimEnd().split("\n");
  assert.deepEqual(
    rows.map((each) =>
      each.split(/(?<!\\)\|/).map((cell) => cell.trim()).slice(1, -1)
    ),
    [
      ["A \\| B", "99", "97 ± 1", "d97 ± 1", "p97 ± 1", "2x"],
      ["C", "91", "–", "d–", "p–", "2x"],
    ],
  );
});

Deno.test("headlineTable() shows the paper's arm where another one was recorded first", () => {
  const page = [
    line(HEAD),
    line(HEAD.map(() => "---")),
    row("A", "random", "teacher", "99"),
    row("A", "random", "stage 1", "50"),
    row("A", "reinforce", "teacher", "99"),
    row("A", "reinforce", "stage 1", "98"),
    "",
  ].join("\n");
  const [, , only] = headlineTable(page).split("\n");
  assert.match(only!, /^\| A +\| +99 \| +98 \|/);
});

Deno.test("headlineTable() says so where there is nothing yet", () => {
  assert.equal(headlineTable(undefined), "Nothing is recorded yet.\n");
  assert.equal(
    headlineTable("# T\n\n| subject | arm |\n| --- | --- |\n| A | b |\n"),
    "Nothing is recorded yet.\n",
  );
});
