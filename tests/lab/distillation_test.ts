import assert from "node:assert/strict";
import {
  analyseSearches,
  analyseStudents,
  decide,
  lossesOf,
  lossTrials,
  settingTitle,
} from "../../lib/lab/mod.ts";
import { hedgesGz, studentInterval } from "../../lib/report/mod.ts";
import { searchesContent, studentsContent, TEST } from "./_distillation.ts";

const near = (actual: number | undefined, expected: number) =>
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) < 1e-9,
    `${actual} for ${expected}`,
  );

Deno.test("lossTrials() has recipes that differ in the loss alone within a setting", () => {
  const { identity: { config } } = studentsContent(4, () => 0);
  const losses = lossesOf(config);
  assert.deepEqual(losses.map(({ name, loss }) => [name, loss]), [
    ["labels", { crossEntropy: 1, logitMse: 0 }],
    ["mse", { crossEntropy: 0, logitMse: 1 }],
    ["kl", {
      crossEntropy: 0,
      logitMse: 0,
      kl: { weight: 1, temperature: 4 },
    }],
    ["mixed", { crossEntropy: 1, logitMse: 0.1 }],
  ]);
  const trials = lossTrials(config, losses);
  assert.equal(new Set(trials.map(({ name }) => name)).size, 16);
  const settings = Map.groupBy(trials, ({ setting }) => settingTitle(setting));
  assert.deepEqual([...settings.keys()], [
    "final, fresh",
    "final, inherited",
    "short, fresh",
    "short, inherited",
  ]);
  for (const own of settings.values()) {
    const [first, ...others] = own.map(({ recipe: { loss: _, ...rest } }) =>
      rest
    );
    for (const other of others) assert.deepEqual(other, first);
    assert.deepEqual(own.map(({ recipe }) => recipe.loss), [
      ...losses.map(({ loss }) => loss),
    ]);
  }
  const [final, , short] = [...settings.values()].map(([trial]) => trial!);
  assert.deepEqual(
    [final!.recipe.epochs, final!.spec.images, final!.spec.start],
    [10, 4_000, "fresh"],
  );
  assert.deepEqual(
    [short!.recipe.epochs, short!.spec.images, short!.recipe.learningRate],
    [1, 1_000, 0.01],
  );
  // Short trainings of inherited weights take the searches' step size.
  assert.equal(
    settings.get("short, inherited")![0]!.recipe.learningRate,
    config.student.learningRate,
  );
});

Deno.test("analyseStudents() takes differences student by student", () => {
  // 12 differences of 0.01 to 0.12, all in favour; those of kl have two signs.
  const content = studentsContent(
    12,
    (loss, i) => (loss === "kl" && i % 2 === 0 ? -1 : 1) * 0.01 * (i + 1),
  );
  const { settings: [deciding] } = analyseStudents(content);
  assert.equal(settingTitle(deciding!.setting), "final, fresh");
  const [labels, mse, kl, mixed] = deciding!.losses;
  assert.equal(labels!.against, undefined);
  near(mse!.accuracy.mean! - labels!.accuracy.mean!, 0.065);
  const { difference, counts, p, adjusted, interval, hedges, withSize } = mse!
    .against!;
  near(difference.mean, 0.065);
  assert.deepEqual(counts, { better: 12, equal: 0, worse: 0 });
  near(p, 2 ** -11);
  // Of three tests two have the smallest p that there is.
  near(adjusted, 3 * 2 ** -11);
  near(mixed!.against!.adjusted, 3 * 2 ** -11);
  assert.ok(interval!.low > 0.04 && interval!.low < 0.065);
  assert.ok(interval!.high < 0.09 && interval!.high > 0.065);
  near(hedges, hedgesGz(difference.differences)!);
  assert.equal(mse!.against!.rankBiserial, 1);
  near(withSize, 1);
  assert.deepEqual(kl!.against!.counts, { better: 6, equal: 0, worse: 6 });
  // Ranks 2 + 4 + … + 12 = 42 of 78 in favour.
  near(kl!.against!.rankBiserial, (42 - 36) / 78);
  assert.ok(kl!.against!.p! > 0.5);
});

Deno.test("analyseStudents() correlates equal differences with no size, however they are rounded", () => {
  const { students, ...content } = studentsContent(12, () => 0);
  // So many of 2,500 images, 25 more by each loss than by labels alone.
  const counted = students.map((student, i) => ({
    ...student,
    scores: student.scores.map((score) => ({
      ...score,
      accuracy: (1_100 + 37 * i + (score.loss === "labels" ? 0 : 25)) / 2_500,
    })),
  }));
  const [, mse] =
    analyseStudents({ ...content, students: counted }).settings[0]!.losses;
  const { difference: { differences }, withSize } = mse!.against!;
  assert.ok(new Set(differences).size > 1);
  assert.equal(withSize, undefined);
});

Deno.test("analyseStudents() leaves pairs with a failed training out, and counts them", () => {
  const content = studentsContent(
    12,
    (_, i) => i === 0 ? NaN : i < 3 ? 0 : 0.01 * i,
  );
  const [, mse] = analyseStudents(content).settings[0]!.losses;
  const { difference, counts } = mse!.against!;
  assert.deepEqual([difference.n, difference.failed], [11, 1]);
  assert.deepEqual(counts, { better: 9, equal: 2, worse: 0 });
  assert.equal(mse!.accuracy.failed, 1);
  const broken = studentsContent(4, () => 0);
  const [first, ...others] = broken.students;
  assert.throws(
    () =>
      analyseStudents({
        ...broken,
        students: [{ ...first!, scores: first!.scores.slice(1) }, ...others],
      }),
    /has no training "final, fresh, labels"/,
  );
});

Deno.test("decide() tells a claim that is supported from one that is not, and from what cannot be decided", () => {
  const verdictOf = (count: number, shift: (student: number) => number) =>
    decide(
      analyseStudents(studentsContent(count, (_, i) => shift(i))),
      TEST,
    );
  const signed = (i: number) => (i % 2 === 0 ? 1 : -1) * (1 + (i >> 1));
  const better = verdictOf(12, (i) => 0.01 * (1 + i));
  assert.equal(better.verdict, "supported");
  assert.match(
    better.because,
    /over 12 students gives p = 0\.001 \(Holm\), mean difference \+6\.50 points\.$/,
  );
  assert.equal(verdictOf(12, (i) => -0.01 * (1 + i)).verdict, "not supported");
  // No difference, and no room for one that matters.
  const small = verdictOf(12, (i) => 1e-5 * signed(i));
  assert.equal(small.verdict, "not supported");
  assert.match(small.because, /ends at \+?0\.00, below the \+0\.10 that would/);
  // No difference, and much room.
  const wide = verdictOf(12, (i) => 0.01 * signed(i));
  assert.equal(wide.verdict, "not decidable at this scale");
  assert.match(wide.because, /reaches from -\d\.\d\d to \+\d\.\d\d/);
  // All in favour, but of few.
  const few = verdictOf(9, (i) => 0.01 * (1 + i));
  assert.equal(few.verdict, "not decidable at this scale");
  assert.match(few.because, /^9 students .* at least 10 are needed\.$/);
  const equal = verdictOf(12, () => 0);
  assert.equal(equal.verdict, "not supported");
  assert.match(equal.because, /^All 12 students are as good with both losses/);
});

Deno.test("decide() decides nothing where ranks and mean differ in their side", () => {
  // Nineteen students are a little better, one is so much worse that the mean is.
  const content = studentsContent(
    20,
    (_, i) => i === 0 ? -0.5 : 0.01 + i / 1e4,
  );
  const analysis = analyseStudents(content);
  const { adjusted, rankBiserial, difference } = analysis.settings[0]!
    .losses[1]!
    .against!;
  assert.ok(adjusted! < 0.05 && rankBiserial! > 0 && difference.mean! < 0);
  const { verdict, because } = decide(analysis, TEST);
  assert.equal(verdict, "not decidable at this scale");
  assert.match(because, /ranks say better, their mean does not\.$/);
});

Deno.test("analyseSearches() pairs by seed in whatever order searches are recorded", () => {
  const content = searchesContent(8, (_, i) => 0.01 * (i + 1));
  const [labels, others] = [true, false].map((is) =>
    content.searches.filter(({ loss }) => (loss === "labels") === is)
  );
  const turned = {
    ...content,
    searches: [...others!, ...labels!.toReversed()],
  };
  assert.deepEqual(analyseSearches(turned), analyseSearches(content));
  assert.throws(
    () => analyseSearches({ ...content, searches: content.searches.slice(1) }),
    { name: "RangeError", message: /losses differ in their seeds/ },
  );
});

Deno.test("analyseSearches() compares what was found seed by seed, nothing found as -1", () => {
  const content = searchesContent(
    8,
    (loss, i) => loss === "kl" ? (i === 7 ? NaN : 0) : 0.01 * (i + 1),
  );
  const [labels, mse, kl] = analyseSearches(content);
  near(labels!.reward.mean, 0.8035);
  near(mse!.against!.difference.mean, 0.045);
  near(mse!.against!.p, 2 ** -7);
  // Of eight pairs the interval is Student's.
  assert.deepEqual(
    mse!.against!.interval,
    studentInterval(mse!.against!.difference.differences),
  );
  assert.equal(mse!.against!.same, 0);
  assert.equal(kl!.against!.same, 7);
  near(kl!.against!.difference.mean, -1.807 / 8);
  assert.deepEqual([kl!.accuracy.n, kl!.reward.n], [7, 8]);
  near(mse!.compression.mean, 701_466 / 70_000);
});
