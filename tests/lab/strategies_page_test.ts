import assert from "node:assert/strict";
import {
  type ProfileResults,
  type StrategiesContent,
  strategiesPage,
  strategiesSummary,
} from "../../lib/lab/mod.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { arm, sampleCell, sampleContent } from "./_strategies.ts";

const TITLE = "Search strategies";
const CELL = "cifar10-resnet18-w0.25-table-s1";

function pageOf(content: StrategiesContent = sampleContent()): {
  readonly text: string;
  readonly svg: string;
} {
  const files = strategiesPage(sampleCell(content), TITLE);
  assert.deepEqual([...files.keys()].sort(), [
    `strategies/laptop/${CELL}-strategies.svg`,
    `strategies/laptop/${CELL}.md`,
  ]);
  return {
    text: files.get(`strategies/laptop/${CELL}.md`)!,
    svg: files.get(`strategies/laptop/${CELL}-strategies.svg`)!,
  };
}

function summaryOf(
  contents: readonly StrategiesContent[],
  lacking: ProfileResults<StrategiesContent>["lacking"] = [],
): string {
  return strategiesSummary({
    question: "strategies",
    profile: "laptop",
    cells: contents.map((content, i) => sampleCell(content, `cell-${i}`)),
    lacking,
  }, TITLE);
}

/** Cells of all rows that have a text as one of them. */
function rowsOf(text: string, cell: string): readonly (readonly string[])[] {
  return text.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((each) => each.trim()))
    .filter((cells) => cells.includes(cell));
}

Deno.test("strategiesPage() says on which scale it is, and how it was done", () => {
  const { text } = pageOf();
  const [heading, , scale] = text.split("\n");
  assert.equal(
    heading,
    "# Search strategies on ResNet-18 on CIFAR-10 (profile `laptop`)",
  );
  assert.match(scale!, /^\*\*Laptop-scale numbers, not the paper's:\*\*/);
  assert.match(scale!, /1 epoch on 3,000 images\. No student is trained/);
  assert.match(scale!, /no test image is looked at/);
  assert.match(text, /`block` has 9 action sequences\nhere \(rejected: 1 noRe/);
  assert.match(text, /All 8 distinct students .*\n.* 2,500 validation images/);
  assert.match(text, /; 2 cannot be chosen/);
  assert.match(text, /with 4 seeds \(from 1\), 4 iterations of 3 students/);
  assert.match(text, /The 12 searches took 1 min 05 s of it\./);
  assert.match(text, /keeps and 0 removes: .*; .*; .*\.$/m);
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
});

Deno.test("strategiesPage() has a row a mark and arm, compared with the first", () => {
  const { text } = pageOf();
  assert.deepEqual(rowsOf(text, "random").map((cells) => cells[0]), [
    "3",
    "6",
    "12",
  ]);
  const [, , last] = rowsOf(text, "random");
  assert.deepEqual(
    [2, 3, 6, 7, 8, 10, 11, 12].map((column) => last![column]),
    ["4", "10.5", "93.75", "1.5", "50", "1.81", "0.125", "0.250"],
  );
  const [, , first] = rowsOf(text, "reinforce");
  assert.deepEqual(first!.slice(9), ["–", "–", "–", "–"]);
  assert.equal(rowsOf(text, "\\*frozen\\*").length, 3);
});

Deno.test("strategiesPage() lists the best students, best first", () => {
  const { text } = pageOf();
  assert.deepEqual(rowsOf(text, "00000000")[0]!.slice(0, 4), [
    "1",
    "00000000",
    "000",
    "10,000",
  ]);
  assert.equal(rowsOf(text, "55555555")[0]![0], "6");
});

Deno.test("strategiesPage() draws every strategy, and the best of all", () => {
  const { svg } = pageOf();
  assertWellFormed(svg);
  assertInside(svg);
  for (const name of ["reinforce", "random", "*frozen*", "best of all"]) {
    assert.ok(texts(svg).includes(name), name);
  }
});

Deno.test("strategiesPage() takes one seed, which has no interval", () => {
  const { text, svg } = pageOf(
    sampleContent([arm("a", [[5, 1]]), arm("b", [[4]])]),
  );
  assert.doesNotMatch(text, /undefined|NaN/);
  assert.match(text, /with 1 seed \(from 1\)/);
  assert.doesNotMatch(svg, /aria-label="area"/);
});

Deno.test("strategiesSummary() has a row a subject and strategy at the end", () => {
  const wide = sampleContent(undefined, { network: "vgg13", width: 1 });
  const text = summaryOf([sampleContent(), wide], [{
    name: "mnist-resnet18-w0.25-table-s1",
    reason: "not run yet",
  }]);
  assert.match(
    text,
    /^# Search strategies \(profile `laptop`\)\n\n- ResNet-18/,
  );
  assert.deepEqual(
    rowsOf(text, "random").map((cells) => cells.slice(0, 2)),
    [
      ["ResNet-18 on CIFAR-10, width 0.25", "12"],
      ["VGG-13 on CIFAR-10, width 1", "12"],
    ],
  );
  assert.match(text, /- mnist-resnet18-w0\.25-table-s1: not run yet/);
  assert.match(text, /- \[cell-1\]\(laptop\/cell-1\.md\), record digest/);
  assert.doesNotMatch(text, /undefined|NaN/);
  assert.match(summaryOf([]), /There is no result yet\./);
});
