import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatAccuracy,
  formatCompression,
  formatCount,
  formatHours,
  formatInterval,
  formatMean,
  formatNumber,
  formatPoints,
  formatRewardDifference,
  formatRuns,
  formatSeconds,
  formatShortCount,
  statedP,
  summarise,
} from "../../lib/report/mod.ts";
import { toDecimal } from "../../lib/report/_decimal.ts";

type Case<T> = readonly [input: T, expected: string];

function check<T>(format: (value: T) => string, cases: readonly Case<T>[]) {
  for (const [input, expected] of cases) {
    assert.equal(format(input), expected, `of ${String(input)}`);
  }
}

Deno.test("formatRewardDifference() and statedP() show what a reader compares", () => {
  assert.deepEqual(
    [0.01234, -0.01, 0.00001, 0, undefined].map(formatRewardDifference),
    ["+0.0123", "-0.0100", "0.0000", "0.0000", "–"],
  );
  assert.deepEqual(
    [0.0162, 0.0009999, 0.001, 1].map(statedP),
    ["p = 0.016", "p < 0.001", "p = 0.001", "p = 1.000"],
  );
});

Deno.test("toDecimal() rounds half away from zero when the decimal form is a tie", () => {
  // Number.prototype.toFixed gives 1.00, 8.34 and 10.23 here.
  for (
    const [value, text] of [[1.005, "1.01"], [8.345, "8.35"], [
      10.235,
      "10.24",
    ]] as const
  ) {
    assert.equal(toDecimal(value, { decimals: 2 }), text);
    assert.equal(toDecimal(-value, { decimals: 2 }), `-${text}`);
  }
  assert.equal(toDecimal(-0.004, { decimals: 2 }), "0.00");
  assert.equal(toDecimal(-0, { decimals: 0 }), "0");
  assert.equal(toDecimal(1e21, { decimals: 1 }), "1000000000000000000000.0");
  assert.equal(toDecimal(5e-324, { decimals: 3 }), "0.000");
  assert.equal(toDecimal(-Infinity, { decimals: 3 }), "-Infinity");
});

Deno.test("toDecimal() is within half a unit when numbers are arbitrary", () => {
  const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 6 }), (x, decimals) => {
      const text = toDecimal(x, { decimals });
      assert.match(
        text,
        new RegExp(`^-?\\d+${decimals ? `\\.\\d{${decimals}}` : ""}$`),
      );
      assert.ok(Math.abs(Number(text) - x) <= 0.5 * 10 ** -decimals + 1e-9);
      assert.notEqual(Number(text) === 0 && text.startsWith("-"), true);
    }),
  );
});

Deno.test("formatAccuracy() gives percent with two decimals when given a fraction", () => {
  check(formatAccuracy, [
    [0.9954, "99.54"],
    [0.00005, "0.01"],
    [0.29, "29.00"],
    [1, "100.00"],
    [undefined, "–"],
    [NaN, "NaN"],
  ]);
});

Deno.test("formatPoints() shows the sign when the difference does not round to zero", () => {
  check(formatPoints, [
    [0.0001, "+0.01"],
    [-0.0421, "-4.21"],
    [0, "0.00"],
    [0.00001, "0.00"],
    [-0.00001, "0.00"],
    [undefined, "–"],
    [NaN, "NaN"],
  ]);
});

Deno.test("formatCount() groups thousands when numbers are long", () => {
  check(formatCount, [
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [9_414_858, "9,414,858"],
    [-1_234_567, "-1,234,567"],
    [undefined, "–"],
    [NaN, "NaN"],
  ]);
});

Deno.test("formatShortCount() never shows 1000K when rounding carries", () => {
  check(formatShortCount, [
    [0, "0"],
    [999, "999"],
    [1_000, "1.0K"],
    [9_949, "9.9K"],
    [9_950, "10K"],
    [73_000, "73K"],
    [999_499, "999K"],
    [999_500, "1.00M"],
    [11_173_962, "11.17M"],
    [999_994_999, "999.99M"],
    [999_995_000, "1.00B"],
    [undefined, "–"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
  ]);
});

Deno.test("formatCompression() shows three digits when ratios differ in size", () => {
  check(formatCompression, [
    [2.3571, "2.36x"],
    [9.995, "10.0x"],
    [20.5283, "20.5x"],
    [99.949, "99.9x"],
    [99.95, "100x"],
    [128.767, "129x"],
    [undefined, "–"],
  ]);
});

Deno.test("formatSeconds() never shows 60 s or 60 min when rounding carries", () => {
  check(formatSeconds, [
    [0, "0.00 s"],
    [0.42, "0.42 s"],
    [9.995, "10.0 s"],
    [59.94, "59.9 s"],
    [59.95, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3_599.4, "59 min 59 s"],
    [3_599.5, "1 h 00 min"],
    [7_620, "2 h 07 min"],
    [7_199, "2 h 00 min"],
    [3_600_000, "1,000 h 00 min"],
    [undefined, "–"],
  ]);
});

Deno.test("formatHours() and formatNumber() give fixed decimals when asked", () => {
  check(formatHours, [[4_500, "1.25"], [0, "0.00"], [undefined, "–"]]);
  assert.equal(formatNumber(0.8125), "0.813");
  assert.equal(formatNumber(2.5, 0), "3");
  assert.equal(formatNumber(undefined), "–");
});

Deno.test("formatMean() and formatRuns() stay whole when there are no, one or failed runs", () => {
  const mean = (values: readonly number[]) =>
    formatMean(summarise(values), formatPoints);
  assert.equal(mean([]), "–");
  assert.equal(mean([0.01]), "+1.00");
  assert.equal(mean([0.01, 0.03]), "+2.00 ± 1.41");
  assert.equal(mean([0.01, NaN]), "+1.00");
  assert.equal(formatRuns(summarise([0.1, 0.2])), "2");
  assert.equal(formatRuns(summarise([0.1, NaN, Infinity])), "1 (2 failed)");
  assert.equal(formatInterval(undefined, formatAccuracy), "–");
  assert.equal(
    formatInterval({ low: 0.1, high: 0.25 }, formatAccuracy),
    "[10.00, 25.00]",
  );
});
