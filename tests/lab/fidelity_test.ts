import assert from "node:assert/strict";
import fc from "fast-check";
import {
  analyseContent,
  analyseProxies,
  chooseProxy,
  type FidelityAnalysis,
  fidelityContent,
  imagePasses,
  LEAST_FIDELITY,
  type ProxySpec,
  type StudentScore,
} from "../../lib/lab/mod.ts";
import { spearman } from "../../lib/report/mod.ts";
import { IMAGES, PROXIES, proxy, sampleContent, student } from "./_fidelity.ts";

/** Students of rising truth, with one proxy's accuracies. */
function studentsOf(accuracies: readonly number[]): readonly StudentScore[] {
  return accuracies.map((accuracy, i) =>
    student(`s${i}`, 0.5 + 0.01 * i, { only: accuracy })
  );
}

function analyseOne(students: readonly StudentScore[]): FidelityAnalysis {
  return analyseProxies(students, [proxy("only")], { images: IMAGES, seed: 1 });
}

/** What `choose` looks at, of proxies by their agreement and their cost. */
function analysisOf(
  ...proxies: readonly (readonly [
    name: string,
    spearman: number | undefined,
    imagePasses: number,
  ])[]
): Pick<FidelityAnalysis, "proxies"> {
  return {
    proxies: proxies.map(([name, spearman, imagePasses]) => {
      const all = { students: 12, undefinedResamples: 0 };
      return {
        spec: proxy(name),
        imagePasses,
        accuracies: { low: 0, high: 1 },
        all,
        better: spearman === undefined ? all : { ...all, spearman },
      };
    }),
  };
}

Deno.test("imagePasses() counts a training step three times, and 0 images as all", () => {
  const cost = (spec: Partial<ProxySpec>) =>
    imagePasses(proxy("x", spec), IMAGES);
  assert.equal(cost({ epochs: 0, observe: 2_000 }), 2_000 + 2_500);
  assert.equal(
    cost({ epochs: 2, images: 4_000, observe: 0 }),
    3 * 2 * 4_000 + 2_500,
  );
  assert.equal(
    cost({ epochs: 1, images: 0, observe: 100 }),
    3 * 45_000 + 100 + 2_500,
  );
});

Deno.test("analyseProxies() compares on all students and on the better half apart", () => {
  // The better half (50 to 53 turned, 54 to 57 as they are) is ranked rightly.
  const accuracies = [0.4, 0.3, 0.2, 0.1, 0.5, 0.6, 0.7, 0.8];
  const { proxies: [found], better } = analyseOne(studentsOf(accuracies));
  assert.equal(found!.better.spearman, 1);
  assert.equal(found!.better.preference, 1);
  assert.deepEqual(found!.better.interval, { low: 1, high: 1 });
  assert.equal(
    found!.all.spearman,
    spearman(accuracies, [1, 2, 3, 4, 5, 6, 7, 8]),
  );
  // Of 28 pairs the six within the other half are wrong.
  assert.equal(found!.all.preference, 22 / 28);
  assert.deepEqual([found!.all.students, found!.better.students], [8, 4]);
  assert.deepEqual(found!.accuracies, { low: 0.1, high: 0.8 });
  assert.deepEqual(
    [...better].map((id) => id.slice(0, 2)).sort(),
    ["s4", "s5", "s6", "s7"],
  );
});

Deno.test("analyseProxies() does not depend on the order of students but for resamples", () => {
  const content = sampleContent();
  const options = { images: IMAGES, seed: 1 };
  const forward = analyseProxies(content.students, PROXIES, options);
  const back = analyseProxies(content.students.toReversed(), PROXIES, options);
  assert.deepEqual([...back.better].sort(), [...forward.better].sort());
  assert.deepEqual(
    back.proxies.map(({ all, better }) => [all.spearman, better.spearman]),
    forward.proxies.map(({ all, better }) => [all.spearman, better.spearman]),
  );
  assert.deepEqual(analyseProxies(content.students, PROXIES, options), forward);
});

Deno.test("analyseProxies() takes the middle student and the first of equal ones into the better half", () => {
  const equal = ["e", "d", "c", "b", "a"].map((id) =>
    student(id, 0.5, { only: 0.5 })
  );
  const { better, proxies: [found] } = analyseOne(equal);
  assert.deepEqual([...better].map((id) => id[0]), ["a", "b", "c"]);
  // No one is better: nothing can be said, and no interval is made up.
  assert.deepEqual(found!.all, { students: 5, undefinedResamples: 2_000 });
});

Deno.test("analyseProxies() knows the parameter count and the ceiling", () => {
  const { parameters, ceiling } = analyseOne(studentsOf([3, 1, 2, 5, 4]));
  // The students' parameters rise with their truth.
  assert.equal(parameters.all.spearman, 1);
  assert.equal(ceiling.all.spearman, 1);
  const turned = studentsOf([3, 1, 2, 5, 4]).map((each) => ({
    ...each,
    truthOnScoring: 1 - each.truth,
    parameters: 1_000_000 - each.parameters,
  }));
  const found = analyseOne(turned);
  assert.equal(found.parameters.better.spearman, -1);
  assert.equal(found.ceiling.better.spearman, -1);
});

Deno.test("analyseProxies() throws when students are few, twice there or lack a score", () => {
  assert.throws(() => analyseOne(studentsOf([1, 2, 3])), {
    name: "RangeError",
    message:
      "Cannot analyse proxies: the number of students is 3, expected at least 4",
  });
  const students = studentsOf([1, 2, 3, 4]);
  assert.throws(
    () => analyseOne([...students, students[0]!]),
    /5 students have 4 networks, expected each network once/,
  );
  assert.throws(
    () =>
      analyseProxies(students, [proxy("other")], { images: IMAGES, seed: 1 }),
    /has no score of "other", expected one of each proxy/,
  );
});

Deno.test("chooseProxy() takes the cheapest proxy that agrees enough", () => {
  assert.deepEqual(
    chooseProxy(
      analysisOf(["a", 0.9, 300], ["b", LEAST_FIDELITY, 100], ["c", 0.59, 1]),
    ),
    { reason: "cheapest", proxy: "b" },
  );
  // Equally cheap: the one that agrees better, and then the first.
  assert.deepEqual(
    chooseProxy(analysisOf(["a", 0.7, 100], ["b", 0.8, 100], ["c", 0.8, 100])),
    { reason: "cheapest", proxy: "b" },
  );
});

Deno.test("chooseProxy() takes the highest proxy when none agrees enough, and says so", () => {
  assert.deepEqual(
    chooseProxy(
      analysisOf(["a", 0.1, 1], ["b", 0.5, 300], ["c", undefined, 1]),
    ),
    { reason: "highest", proxy: "b" },
  );
  assert.deepEqual(chooseProxy(analysisOf(["a", -0.4, 1])), {
    reason: "highest",
    proxy: "a",
  });
  assert.deepEqual(chooseProxy(analysisOf(["a", undefined, 1])), {
    reason: "none",
  });
  assert.deepEqual(chooseProxy(analysisOf()), { reason: "none" });
});

Deno.test("chooseProxy() never takes one that another beats in both", () => {
  const proxies = fc.array(
    fc.tuple(
      fc.string(),
      fc.option(fc.integer({ min: -10, max: 10 }).map((s) => s / 10), {
        nil: undefined,
      }),
      fc.integer({ min: 1, max: 5 }),
    ),
    { maxLength: 6 },
  );
  fc.assert(fc.property(proxies, (given) => {
    const named = given.map(([, rho, cost], i) =>
      [`p${i}`, rho, cost] as const
    );
    const chosen = chooseProxy(analysisOf(...named));
    const known = named.filter(([, rho]) => rho !== undefined);
    assert.equal(chosen.reason === "none", known.length === 0);
    if (chosen.reason === "none") return;
    const [, rho, cost] = named.find(([name]) => name === chosen.proxy)!;
    assert.equal(chosen.reason === "cheapest", rho! >= LEAST_FIDELITY);
    for (const [, otherRho, otherCost] of known) {
      assert.ok(!(otherRho! > rho! && otherCost <= cost));
      if (chosen.reason === "highest") assert.ok(otherRho! <= rho!);
      else if (otherRho! >= LEAST_FIDELITY) assert.ok(otherCost >= cost);
    }
  }));
});

Deno.test("fidelityContent() chooses as the analysis of its record does", () => {
  const content = sampleContent();
  assert.deepEqual(content.chosen, chooseProxy(analyseContent(content)));
  assert.deepEqual(content.chosen, { reason: "cheapest", proxy: "statistics" });
  // Where only the noisy one is left, it is all there is.
  const { chosen } = fidelityContent({
    ...content,
    proxies: PROXIES.slice(0, 1),
  });
  assert.deepEqual(chosen, { reason: "highest", proxy: "fresh-3-epochs" });
});
