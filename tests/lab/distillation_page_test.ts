import assert from "node:assert/strict";
import {
  type DistillationContent,
  distillationPage,
  distillationSummary,
  type ProfileResults,
} from "../../lib/lab/mod.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import {
  sampleCell,
  searchesContent,
  studentsContent,
  TEST,
} from "./_distillation.ts";

const OPTIONS = { title: "RQ5: distillation", test: TEST };
const CELL = "cifar10-resnet18-w0.25-students-s1";
const BETTER = studentsContent(12, (_, i) => 0.01 * (i + 1));
const EQUAL = studentsContent(12, () => 0);

function pageOf(content: DistillationContent) {
  const files = distillationPage(sampleCell(content), OPTIONS);
  assert.deepEqual([...files.keys()].sort(), [
    `rq5/laptop/${CELL}-losses.svg`,
    `rq5/laptop/${CELL}.md`,
  ]);
  const text = files.get(`rq5/laptop/${CELL}.md`)!;
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
  return { text, svg: files.get(`rq5/laptop/${CELL}-losses.svg`)! };
}

function summaryOf(
  contents: readonly DistillationContent[],
  lacking: ProfileResults<DistillationContent>["lacking"] = [],
): string {
  const text = distillationSummary({
    question: "rq5",
    profile: "laptop",
    cells: contents.map((content, i) => sampleCell(content, `cell-${i}`)),
    lacking,
  }, OPTIONS);
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
  return text;
}

/** Cells of the row of a table that begins with these. */
function rowOf(text: string, ...first: readonly string[]): readonly string[] {
  const rows = text.split("\n").filter((line) => line.startsWith("| ")).map(
    (line) => line.split("|").slice(1, -1).map((cell) => cell.trim()),
  );
  const found = rows.find((row) => first.every((cell, i) => row[i] === cell));
  assert.ok(found !== undefined, first.join(", "));
  return found;
}

Deno.test("distillationPage() opens with claim, verdict and the numbers that decide", () => {
  const { text } = pageOf(BETTER);
  const lines = text.split("\n").filter((line) => line !== "");
  assert.match(lines[0]!, /^# RQ5: distillation of ResNet-18 on CIFAR-10: stu/);
  assert.equal(lines[1], `**Claim.** ${TEST.claim}`);
  assert.match(lines[2]!, /^\*\*Verdict: supported\.\*\* Wilcoxon's signed ra/);
  assert.match(
    lines[3]!,
    /^- logit MSE less labels only, final, fresh: \+6\.50/,
  );
  assert.match(lines[4]!, /^- Of 12 students 12 are better with it, 0 as good/);
  assert.match(lines[5]!, /^\*\*What would change it\.\*\*/);
  assert.match(
    lines[6]!,
    /narrower \(width 0\.25 .* 10 epochs on 4,000 images/,
  );
  // Said where a teacher knows of more than its students.
  assert.match(text, /saw 45,000 images and their labels, of which the\s+stud/);
  const same = studentsContent(12, () => 0, { finalImages: 0 });
  assert.match(pageOf(same).text, /The teacher saw the same 45,000 images/);
});

Deno.test("distillationPage() has a row a setting and loss, and every student in every setting", () => {
  const { text } = pageOf(BETTER);
  assert.deepEqual(
    rowOf(text, "final, fresh", "**logit MSE** (decides)").slice(6),
    ["12 / 0 / 0", "1.68", "1.00", "\\< 0.001", "0.001", "1.00"],
  );
  assert.equal(text.match(/\(decides\)/g)?.length, 1);
  assert.equal(rowOf(text, "short, inherited", "labels only")[5], "–");
  for (const setting of ["final, fresh", "short, inherited"]) {
    assert.match(text, new RegExp(`^Students, ${setting}:$`, "m"));
  }
  assert.equal(text.match(/^\| \d+x+ /gm)?.length, 4 * 12);
});

Deno.test("distillationPage() says which trainings failed", () => {
  const { text } = pageOf(
    studentsContent(12, (loss, i) => loss === "mse" && i === 3 ? NaN : 0.01),
  );
  assert.match(
    text,
    /Of 11 students 11 are better .* 1 more are left out, as a/,
  );
  assert.equal(
    rowOf(text, "final, fresh", "**logit MSE** (decides)")[2],
    "11 (1 failed)",
  );
  assert.equal(text.match(/ failed \|/g)?.length, 4);
});

Deno.test("distillationPage() draws every student in every setting's panels", () => {
  const { svg } = pageOf(BETTER);
  assertWellFormed(svg);
  assertInside(svg);
  assert.equal(svg.match(/<circle /g)?.length, 4 * 3 * 12);
  for (const text of ["final, fresh", "KL, temperature 4", "labels"]) {
    assert.ok(texts(svg).includes(text), text);
  }
});

Deno.test("distillationPage() of searches says what was found, and what too few say", () => {
  const { text, svg } = pageOf(searchesContent(8, (_, i) => 0.01 * (i + 1)));
  assert.match(text, /\*\*Over 8 searches a loss, the loss changes the final/);
  assert.match(text, /logit MSE \(better by ranks, p = 0\.023\)/);
  assert.equal(rowOf(text, "KL, temperature 4").at(-1), "0");
  assertInside(svg);
  assert.equal(svg.match(/<circle /g)?.length, 3 * 8);
  assert.match(
    pageOf(searchesContent(8, () => 0)).text,
    /no loss is shown to find students of another final reward .* pairs that are equal/,
  );
  // Three tests of six pairs cannot come out, whatever they find.
  assert.match(
    pageOf(searchesContent(6, () => 0.1)).text,
    /is not decidable at this scale:\*\* 6 searches a loss, at least 7/,
  );
  const none = searchesContent(8, (_, i) => i === 0 ? NaN : 0.01 * i);
  assert.equal(
    rowOf(pageOf(none).text, "logit MSE")[1],
    "8 (1 found none)",
  );
});

Deno.test("distillationPage() says nothing of images, teacher and steps that is not so", () => {
  const few = pageOf(BETTER).text;
  assert.match(few, /the teacher is narrower \(width 0\.25 of the paper's\)/);
  assert.match(few, /The images are few so that losses can differ/);
  assert.match(few, /by Adam, whose steps do not depend/);
  const { config } = BETTER.identity;
  const all = pageOf(studentsContent(12, () => 0, {
    finalImages: 0,
    width: 1,
    network: "file:resnet56",
    final: { ...config.final, optimiser: "sgd" },
  })).text;
  assert.match(all, /the teacher is trained elsewhere, final trainings are /);
  assert.match(
    all,
    /which images it saw is not known\. The\nstudents see 45,000/,
  );
  assert.match(all, /by SGD, whose steps grow with a loss's scale/);
  assert.doesNotMatch(all, /The images are few|The teacher saw|as wide/);
  // Few of the set's, and all that there are for anybody.
  const some = studentsContent(12, () => 0, { finalImages: 0, images: 2_000 });
  assert.match(
    pageOf(some).text,
    /The images are few so that losses can differ/,
  );
});

Deno.test("distillationSummary() has one verdict where subjects have it", () => {
  const both = summaryOf([BETTER, BETTER]);
  assert.match(both, /\*\*Verdict: supported\.\*\* ResNet-18 on CIFAR-10, wi/);
  const differing = summaryOf([BETTER, EQUAL, searchesContent(8, () => 0)], [
    { name: "mnist-vgg13-w0.25-students-s1", reason: "not run yet" },
  ]);
  assert.match(
    differing,
    /\*\*Verdict: not decidable at this scale\.\*\* Subjects differ\. .*: supported, as .*: not supported, as /,
  );
  assert.match(differing, /- mnist-vgg13-w0\.25-students-s1: not run yet/);
  assert.match(differing, /- \[cell-2\]\(laptop\/cell-2\.md\), record digest/);
  assert.equal(differing.match(/\(decides\)/g)?.length, 2);
  assert.match(differing, /Does the loss change what a search finds\?/);
  assert.match(summaryOf([]), /There is no result yet\./);
  // One with too few students leaves the decision to the other, and is named.
  const few = { ...BETTER, students: BETTER.students.slice(0, 4) };
  const left = summaryOf([few, BETTER]);
  assert.match(
    left,
    /\*\*Verdict: supported\.\*\* .*: not decidable at this scale, as .*: supported, as /,
  );
  assert.match(left, /Each subject is tested alone\./);
  assert.equal(left.match(/The teacher saw /g)?.length, 2);
  // One with enough that shows neither leaves it open.
  const open = studentsContent(12, (_, i) => (i % 2 === 0 ? 0.02 : -0.02));
  assert.match(
    summaryOf([BETTER, open]),
    /\*\*Verdict: not decidable at this scale\.\*\* Subjects differ\. /,
  );
  assert.match(
    summaryOf([few, few]),
    /\*\*Verdict: not decidable at this scale\.\*\* ResNet-18 /,
  );
  // Searches alone decide nothing on the claim.
  assert.doesNotMatch(summaryOf([searchesContent(8, () => 0)]), /Verdict/);
});
