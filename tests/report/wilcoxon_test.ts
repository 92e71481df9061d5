import assert from "node:assert/strict";
import fc from "fast-check";
import { wilcoxonSignedRank } from "../../lib/report/mod.ts";

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected} within ${tolerance}`,
  );
}

/** Darwin's maize, eighths of an inch (Fisher 1935, The Design of Experiments, section 21). */
const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

Deno.test("wilcoxonSignedRank() gives R's and SciPy's p when there are no ties", () => {
  // SciPy 1.16.3, stats.wilcoxon: 0.041259765625, V = 120 - 24.
  assert.deepEqual(wilcoxonSignedRank(MAIZE), {
    n: 15,
    statistic: 96,
    p: 0.041259765625,
    method: "exact",
  });
  // Hamilton depression scale (Hollander and Wolfe 1973, 29f.), the example of R's
  // wilcox.test: V = 40, p = 0.01953 one-sided.
  const before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
  const after = [.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  const found = wilcoxonSignedRank(before.map((x, i) => x - after[i]!));
  assert.deepEqual([found.statistic, found.p], [40, 2 * 0.01953125]);
});

Deno.test("wilcoxonSignedRank() gives SciPy's exact p when there are ties and zeros", () => {
  // Student's sleep data (1908; R's `sleep`): one zero, and 1.3 twice, but not as
  // floating-point numbers. SciPy 1.16.3, stats.wilcoxon by PermutationMethod of
  // all signs: 0.00390625 (R's normal approximation, 0.009091, is far off).
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  assert.deepEqual(
    wilcoxonSignedRank(first.map((x, i) => x - second[i]!)),
    { n: 9, statistic: 0, p: 0.00390625, method: "exact" },
  );
  // The same function of SciPy.
  const { statistic, p } = wilcoxonSignedRank([1, 1, 2, 2, -2, 3, 4, 5]);
  assert.deepEqual([statistic, p], [32, 0.0546875]);
});

Deno.test("wilcoxonSignedRank() gives SciPy's approximation when differences are many", () => {
  // SciPy 1.16.3, stats.wilcoxon(x, method="approx", correction=True).
  const x = Array.from(
    { length: 60 },
    (_, i) => ((i + 1) % 3 === 0 ? -1 : 1) * ((i + 1) * 7 % 20 + 1),
  );
  const { n, statistic, p, method } = wilcoxonSignedRank(x);
  assert.deepEqual([n, statistic, method], [60, 1220, "normal"]);
  near(p, 0.024947431028445297, 1e-14);
});

Deno.test("wilcoxonSignedRank() is what its definition says", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }),
    (differences) => {
      const { n, statistic, p } = wilcoxonSignedRank(differences);
      const kept = differences.filter((each) => each !== 0);
      // A rank is how many are smaller, and half of the equal ones and itself.
      const ranks = kept.map((each) =>
        kept.reduce((rank, other) => {
          const by = Math.abs(each) - Math.abs(other);
          return rank + (by > 0 ? 1 : by === 0 ? 0.5 : 0);
        }, 0.5)
      );
      const middle = n * (n + 1) / 4;
      let extreme = 0;
      for (let signs = 0; signs < 2 ** n; signs++) {
        const sum = ranks.reduce(
          (all, rank, i) => (signs >> i) & 1 ? all + rank : all,
          0,
        );
        if (Math.abs(sum - middle) >= Math.abs(statistic - middle)) extreme++;
      }
      assert.equal(p, extreme / 2 ** n);
    },
  ));
});

Deno.test("wilcoxonSignedRank() does not depend on order, unit or rounding", () => {
  const p = wilcoxonSignedRank(MAIZE).p;
  assert.equal(wilcoxonSignedRank(MAIZE.toReversed()).p, p);
  assert.equal(wilcoxonSignedRank(MAIZE.map((x) => x * 1e-9)).p, p);
  assert.equal(wilcoxonSignedRank(MAIZE.map((x) => -x)).p, p);
  assert.deepEqual(
    wilcoxonSignedRank([0.3 - 0.2, 0.2 - 0.1, -1, 0.1 + 0.2 - 0.3]),
    wilcoxonSignedRank([1, 1, -10, 0]),
  );
});

Deno.test("wilcoxonSignedRank() says nothing without a difference and throws without numbers", () => {
  assert.deepEqual(wilcoxonSignedRank([0, 0]), {
    n: 0,
    statistic: 0,
    p: 1,
    method: "exact",
  });
  assert.throws(() => wilcoxonSignedRank([]), {
    name: "RangeError",
    message:
      "Cannot rank differences: the number of values is 0, expected at least 1",
  });
  assert.throws(() => wilcoxonSignedRank([1, NaN]), RangeError);
});
