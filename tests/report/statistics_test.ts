import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../lib/random/mod.ts";
import {
  bootstrapInterval,
  mean,
  pairedDifference,
  quantile,
  standardDeviation,
  studentInterval,
  studentTQuantile,
  studentTTail,
  summarise,
} from "../../lib/report/mod.ts";

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected} within ${tolerance}`,
  );
}

// William Sealy Gosset's sleep data (Student 1908; R's `sleep`): hours of extra
// sleep of ten patients with each of two drugs.
const DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

Deno.test("pairedDifference() has no t test where all differences are equal but for rounding", () => {
  assert.equal(pairedDifference([0.3, 0.2, 0.1], [0.2, 0.1, 0]).p, undefined);
});

Deno.test("mean() and standardDeviation() give closed forms when values are simple", () => {
  // 1 … n: mean (n + 1) / 2, variance n (n + 1) / 12.
  for (const n of [2, 3, 10, 101]) {
    const values = Array.from({ length: n }, (_, i) => i + 1);
    assert.equal(mean(values), (n + 1) / 2);
    near(standardDeviation(values), Math.sqrt(n * (n + 1) / 12), 1e-12);
  }
  assert.equal(standardDeviation([0.3, 0.3, 0.3]), 0);
});

Deno.test("mean() and standardDeviation() do not depend on the order when sums would cancel", () => {
  assert.equal(mean([1e16, 1, -1e16, 1]), 0.5);
  const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), {
    minLength: 2,
  });
  fc.assert(fc.property(values, (x) => {
    const y = x.toReversed();
    assert.equal(mean(y), mean(x));
    assert.equal(standardDeviation(y), standardDeviation(x));
  }));
});

Deno.test("standardDeviation() is stable when values are far from zero (NIST NumAcc4)", () => {
  // https://www.itl.nist.gov/div898/strd/univ/numacc4.html: 1001 values, certified 0.1.
  const values = [10000000.2];
  for (let i = 0; i < 500; i++) values.push(10000000.1, 10000000.3);
  near(mean(values), 10000000.2, 1e-8);
  near(standardDeviation(values), 0.1, 1e-8);
});

Deno.test("mean() and standardDeviation() throw when runs are missing or failed", () => {
  assert.throws(() => mean([]), {
    name: "RangeError",
    message:
      "Cannot take a mean: the number of values is 0, expected at least 1",
  });
  assert.throws(() => mean([1, NaN]), {
    message: "Cannot take a mean: value 1 is NaN, expected a finite number",
  });
  assert.throws(() => standardDeviation([1]), /is 1, expected at least 2/);
});

Deno.test("quantile() interpolates as R type 7 when between two values", () => {
  const values = [3, 1, 2, 4];
  assert.equal(quantile(values, 0), 1);
  assert.equal(quantile(values, 1), 4);
  assert.equal(quantile(values, 0.5), 2.5);
  near(quantile(values, 0.1), 1.3, 1e-15);
  assert.deepEqual(values, [3, 1, 2, 4]);
  assert.throws(() => quantile(values, 1.1), RangeError);
});

Deno.test("studentTQuantile() gives published values when two-sided at 95 %", () => {
  // NIST/SEMATECH e-Handbook 1.3.6.7.2.
  const table = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [9, 2.262],
    [10, 2.228],
    [29, 2.045],
    [30, 2.042],
    [100, 1.984],
  ] as const;
  for (const [degrees, t] of table) {
    near(studentTQuantile(0.95, degrees), t, 5e-4);
  }
  near(studentTQuantile(0.99, 4), 4.604, 5e-4);
  near(studentTQuantile(0.8, 7), 1.415, 5e-4);
});

Deno.test("studentTTail() and studentTQuantile() give closed forms when degrees are 1 and 2", () => {
  for (const t of [0, 0.1, 1, 5, 1e3]) {
    near(studentTTail(t, 1), 1 - 2 / Math.PI * Math.atan(t), 1e-15);
    near(studentTTail(-t, 2), 1 - t / Math.sqrt(2 + t * t), 1e-15);
  }
  near(studentTQuantile(0.95, 1), Math.tan(0.95 * Math.PI / 2), 1e-12);
  near(studentTQuantile(0.95, 2), 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2)), 1e-13);
  assert.equal(studentTTail(Infinity, 3), 0);
  assert.throws(() => studentTTail(1, 0), RangeError);
  assert.throws(() => studentTTail(NaN, 1), RangeError);
  assert.throws(() => studentTQuantile(1, 3), RangeError);
});

Deno.test("studentTTail() and studentTQuantile() give SciPy's numbers, far out too", () => {
  // SciPy 1.16.3: 2 * stats.t.sf(t, df), and stats.t.ppf((1 + level) / 2, df).
  const tails = [
    [4.0621, 9, 0.002833007840390158],
    [12, 9, 7.699886222985645e-07],
    [100, 5, 1.8960014224623655e-09],
    [30, 20, 4.19522532399964e-18],
  ] as const;
  for (const [t, degrees, p] of tails) {
    near(studentTTail(t, degrees) / p, 1, 1e-13);
  }
  const quantiles = [
    [0.8, 1, 3.0776835372078066],
    [0.9, 30, 1.6972608865939574],
    [0.95, 9, 2.2621571628540993],
    [0.99, 5, 4.032142983557536],
    [0.999, 1000, 3.300282648423858],
  ] as const;
  for (const [level, degrees, t] of quantiles) {
    near(studentTQuantile(level, degrees) / t, 1, 1e-10);
  }
});

Deno.test("pairedDifference() gives R's t.test when run on Student's sleep data", () => {
  // t.test(extra ~ group, data = sleep, paired): t = -4.0621, df = 9,
  // p = 0.002833, 95 % interval -2.4598858 to -0.7001142, mean -1.58.
  const found = pairedDifference(DRUG_1, DRUG_2);
  assert.equal(found.n, 10);
  near(found.mean!, -1.58, 1e-12);
  near(found.interval!.low, -2.4598858, 5e-8);
  near(found.interval!.high, -0.7001142, 5e-8);
  near(found.p!, 0.002833, 5e-7);
  near(found.mean! / (found.standardDeviation! / Math.sqrt(10)), -4.0621, 5e-5);
});

Deno.test("pairedDifference() counts failed pairs and gives no p when it says nothing", () => {
  assert.deepEqual(pairedDifference([], []), {
    n: 0,
    failed: 0,
    differences: [],
  });
  assert.deepEqual(pairedDifference([3], [1]), {
    n: 1,
    failed: 0,
    mean: 2,
    differences: [2],
  });
  const failed = pairedDifference([1, NaN, 2], [0, 1, 0]);
  assert.deepEqual([failed.n, failed.failed, failed.mean], [2, 1, 1.5]);
  assert.deepEqual(failed.differences, [1, NaN, 2]);
  assert.equal("p" in pairedDifference([1, 2], [0, 1]), false);
  assert.throws(() => pairedDifference([1], []), {
    name: "RangeError",
    message:
      "Cannot pair runs: the second condition has 0, expected 1 as in the first",
  });
});

Deno.test("summarise() keeps failed runs apart when there are no, one and many runs", () => {
  assert.deepEqual(summarise([]), { n: 0, failed: 0 });
  assert.deepEqual(summarise([NaN, -Infinity]), { n: 0, failed: 2 });
  assert.deepEqual(summarise([0.5, NaN]), { n: 1, failed: 1, mean: 0.5 });
  const { n, interval } = summarise([1, 2, 3]);
  assert.equal(n, 3);
  near(interval!.low, 2 - 4.302653 / Math.sqrt(3), 1e-6);
  assert.deepEqual(interval, studentInterval([1, 2, 3]));
});

Deno.test("bootstrapInterval() repeats when its stream does and differs otherwise", () => {
  const values = [0.91, 0.93, 0.92, 0.97, 0.9];
  const run = (seed: number) =>
    bootstrapInterval(values, {
      random: randomStream(seed, "bootstrap"),
      resamples: 200,
    });
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
  assert.throws(
    () => bootstrapInterval([1], { random: randomStream(1) }),
    /expected at least 2/,
  );
  const random = randomStream(1);
  assert.throws(
    () => bootstrapInterval(values, { random, resamples: 0 }),
    RangeError,
  );
  assert.throws(
    () => bootstrapInterval(values, { random, level: 1 }),
    RangeError,
  );
});

Deno.test("bootstrapInterval() gives the exact distribution's quantiles when there are two values", () => {
  // Means of 0 and 1 resampled are 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4.
  const random = randomStream(1, "two");
  const at = (level: number) =>
    bootstrapInterval([0, 1], { random, level, resamples: 2_000 });
  assert.deepEqual(at(0.95), { low: 0, high: 1 });
  assert.deepEqual(at(0.6), { low: 0, high: 1 });
  assert.deepEqual(at(0.4), { low: 0.5, high: 0.5 });
});

Deno.test("bootstrapInterval() approaches the normal interval when values are many", () => {
  const draw = randomStream(3, "values");
  const values = Array.from({ length: 400 }, () => draw.normal());
  const half = 1.959964 * standardDeviation(values) / 20;
  const { low, high } = bootstrapInterval(values, {
    random: randomStream(3, "bootstrap"),
    resamples: 2_000,
  });
  near(low, mean(values) - half, 0.02);
  near(high, mean(values) + half, 0.02);
});
