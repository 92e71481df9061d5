import assert from "node:assert/strict";
import {
  planFigures,
  planSummary,
  STAGE_PLAN_NAMES,
} from "../../lib/lab/mod.ts";
import { assertInside, assertWellFormed, texts } from "../report/_svg.ts";
import { type PlanCell, planCell } from "./_plans.ts";

const TITLE = "RQ2: scalability";

/** Eight seeds of all plans, the paper's better than all but the last. */
const CELLS: readonly PlanCell[] = Array.from({ length: 8 }, (_, k) => k + 1)
  .flatMap((seed) =>
    STAGE_PLAN_NAMES.map((plan, i) => ({
      plan,
      seed,
      reward: 0.8 - (i === 4 ? -0.01 : i / 100) * (1 + seed / 10),
      search: [[[0.2, -1], [0.3 + seed / 100, 0.4]]],
    }))
  );

const resultsOf = (cells: readonly PlanCell[]) => ({
  question: "rq2",
  profile: "laptop",
  cells: cells.map(planCell),
  lacking: [{ name: "mnist-vgg19-w0.25-joint-s1", reason: "not run yet" }],
});

Deno.test("planSummary() opens with claim, verdict and the numbers that decided", async () => {
  const text = await planSummary(resultsOf(CELLS), TITLE);
  assert.match(
    text,
    /^# RQ2: scalability \(profile `laptop`\)\n\n\*\*Claim\.\*\* /,
  );
  // The paper's numbers, with how they are known.
  assert.match(text, /VGG-19 by 20\.53x ‡ at -0\.33 ‡ points/);
  assert.match(text, /ResNet-34 by 10\.28x ‡ at \+0\.30 ‡ points/);
  assert.match(
    text,
    /\*\*Verdict: not supported\.\*\* At equal budgets removal, then shrinkage is worse than shrinkage only; it is better than joint and removal only by/,
  );
  assert.match(
    text,
    /- against joint: \+0\.0290 \[.*\] of final reward over 8 pairs, 8 won, g = .*, p = 0\.008, with Holm 0\.031\n/,
  );
  assert.match(text, /\*\*What would change it\.\*\* /);
  assert.match(text, /- mnist-vgg19-w0\.25-joint-s1: not run yet/);
  // What depends on options says on which.
  assert.match(
    text,
    /where several finalists\s+are\s+compared, or where weights/,
  );
  assert.match(
    text,
    /Where weights are\s+inherited, students of a second stage/,
  );
  assert.doesNotMatch(text, /undefined|NaN|\[object/);
});

Deno.test("planSummary() says of a teacher from a file nothing that is not known", async () => {
  const options = {
    teacher: { file: "resnet56.onnx" },
    student: { images: 0 },
  };
  const text = await planSummary(
    resultsOf(CELLS.map((cell) => ({ ...cell, options }))),
    TITLE,
  );
  assert.match(
    text,
    /^\*\*Laptop-scale numbers, not the paper's\*\*: teachers trained elsewhere; students scored/m,
  );
  assert.doesNotMatch(text, /teachers of width/);
});

Deno.test("planSummary() decides nothing on fewer pairs than could", async () => {
  const some = CELLS.filter(({ seed = 1 }) => seed <= 5);
  const text = await planSummary(resultsOf(some), TITLE);
  assert.match(
    text,
    /\*\*Verdict: not decidable at this scale\.\*\* There are 5 pairs .* at least 8 are needed .* 1 is lacking\./,
  );
  assert.match(text, /over 5 pairs, 5 won, g = [0-9.]+\n/);
});

Deno.test("planSummary() has no seconds of the teacher among those of a search", async () => {
  const text = await planSummary(resultsOf(CELLS), TITLE);
  const row = text.split("\n").findLast((line) =>
    line.includes("| removal only ")
  )!;
  assert.equal(row.split("|").at(-2)!.trim(), "100");
});

Deno.test("planSummary() says so where there is no result", async () => {
  const text = await planSummary(resultsOf([]), TITLE);
  assert.match(text, /There is no result yet\./);
});

Deno.test("planFigures() draws two figures a subject, each plan named at its line", async () => {
  const results = resultsOf(CELLS);
  const figures = planFigures(results);
  assert.deepEqual([...figures.keys()], [
    "rq2/laptop/mnist-vgg13-w0.25-best.svg",
    "rq2/laptop/mnist-vgg13-w0.25-mean.svg",
  ]);
  const text = await planSummary(results, TITLE);
  for (const [path, svg] of figures) {
    assertWellFormed(svg);
    assertInside(svg);
    assert(texts(svg).includes("removal, then shrinkage"));
    assert(text.includes(`](${path.replace("rq2/", "")})`), path);
  }
});
