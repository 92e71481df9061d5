import assert from "node:assert/strict";
import { hedgesGav, hedgesGz, rankBiserial } from "../../lib/report/mod.ts";

function near(actual: number | undefined, expected: number, by: number): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= by,
    `${actual} is not ${expected} within ${by}`,
  );
}

// Student's sleep data (1908; R's `sleep`).
const DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
const SLEEP = DRUG_1.map((x, i) => x - DRUG_2[i]!);

Deno.test("hedgesGz() is R's t of the sleep data over sqrt(n), with Hedges' correction", () => {
  // t = -4.0621 (R's t.test); J(9) = gamma(4.5) / (sqrt(4.5) gamma(4)), by SciPy
  // 1.16.3's gammaln 0.9138748917925524.
  near(hedgesGz(SLEEP), -4.0621 / Math.sqrt(10) * 0.9138748917925524, 2e-5);
  near(hedgesGz(SLEEP), -1.173924903514205, 1e-13);
});

Deno.test("hedgesGz() corrects by Hedges' exact factor when samples are small", () => {
  // SciPy 1.16.3: exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / sqrt(m / 2).
  const factors = [
    [2, 0.5641895835477564],
    [3, 0.7236012545582676],
    [5, 0.8407486824596893],
    [18, 0.9576464270237195],
    [50, 0.9849119422955631],
  ] as const;
  for (const [degrees, expected] of factors) near(J(degrees), expected, 1e-14);
  // The approximation that is often used instead (Hedges 1981) is close.
  near(J(50), 1 - 3 / (4 * 50 - 1), 3e-5);
});

/** Of n values with mean 1 and standard deviation 1, g is the correction itself. */
function J(degrees: number): number | undefined {
  const n = degrees + 1;
  const half = Math.floor(n / 2);
  const step = Math.sqrt((n - 1) / (2 * half));
  const values = Array.from({ length: half }, () => [1 - step, 1 + step]);
  return hedgesGz([...values.flat(), ...(n % 2 === 1 ? [1] : [])]);
}

Deno.test("hedgesGav() gives the published g of the movie example", () => {
  // Lakens 2013 (doi 10.3389/fpsyg.2013.00863), table 1 as dependent samples: d_z
  // is 1.50 and g_av 1.08, which is corrected by 1 - 3 / (4 (n1 + n2) - 9).
  const first = [9, 7, 8, 9, 8, 9, 9, 10, 9, 9];
  const second = [9, 6, 7, 8, 7, 9, 8, 8, 8, 7];
  near(hedgesGav(first, second), 1.08, 5e-3);
  const differences = first.map((x, i) => x - second[i]!);
  near(hedgesGz(differences), 1.5 * 0.9138748917925524, 1e-12);
});

Deno.test("hedgesGav() does not depend on which values are paired; hedgesGz() does", () => {
  const shuffled = DRUG_2.toReversed();
  near(hedgesGav(DRUG_1, DRUG_2), hedgesGav(DRUG_1, shuffled)!, 1e-12);
  const other = hedgesGz(DRUG_1.map((x, i) => x - shuffled[i]!));
  assert.ok(Math.abs(other! - hedgesGz(SLEEP)!) > 0.1);
});

Deno.test("rankBiserial() gives Pingouin's values when run on classic data", () => {
  // Pingouin 0.7.0, wilcoxon(): RBC -1.0 and 0.6.
  assert.equal(rankBiserial(SLEEP), -1);
  // Darwin's maize (Fisher 1935): 96 of 120 ranks for, 24 against.
  const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  assert.equal(rankBiserial(maize), 0.6);
});

Deno.test("effect sizes are undefined where nothing varies and throw on too few values", () => {
  assert.equal(hedgesGz([1, 1, 1]), undefined);
  // Equal but for rounding: 0.1 and 0.09999999999999998.
  assert.equal(hedgesGz([0.3 - 0.2, 0.2 - 0.1, 0.1]), undefined);
  assert.equal(hedgesGav([1, 1], [2, 2]), undefined);
  assert.equal(rankBiserial([0, 0]), undefined);
  assert.throws(() => hedgesGz([1, 2]), /is 2, expected at least 3/);
  assert.throws(() => hedgesGav([1], [1]), /is 1, expected at least 2/);
  assert.throws(() => hedgesGav([1, 2], [1, 2, 3]), RangeError);
  assert.throws(() => rankBiserial([]), RangeError);
  assert.throws(() => rankBiserial([Infinity]), RangeError);
});
