import assert from "node:assert/strict";
import fc from "fast-check";
import { holm } from "../../lib/report/mod.ts";

const VALUES = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 10,
});

Deno.test("holm() gives what R's p.adjust does", () => {
  // p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"), and the same mixed up.
  assert.deepEqual(
    holm([0.01, 0.02, 0.03, 0.04, 0.05]).map((p) => p.toFixed(6)),
    ["0.050000", "0.080000", "0.090000", "0.090000", "0.090000"],
  );
  assert.deepEqual(holm([0.5, 0.001, 0.3]), [0.6, 0.003, 0.6]);
  assert.deepEqual(holm([0.25]), [0.25]);
  assert.deepEqual(holm([]), []);
});

Deno.test("holm() keeps the order, lies between the value and Bonferroni's", () => {
  fc.assert(fc.property(VALUES, (values) => {
    const adjusted = holm(values);
    assert.equal(adjusted.length, values.length);
    for (const [i, p] of adjusted.entries()) {
      assert.ok(p >= values[i]!);
      assert.ok(p <= Math.min(1, values.length * values[i]!));
      for (const [j, other] of adjusted.entries()) {
        if (values[i]! < values[j]!) assert.ok(p <= other);
        if (values[i] === values[j]) assert.equal(p, other);
      }
    }
    // The smallest is Bonferroni's.
    if (values.length > 0) {
      assert.equal(
        Math.min(...adjusted),
        Math.min(1, values.length * Math.min(...values)),
      );
    }
  }));
});

Deno.test("holm() rejects what stepping down rejects", () => {
  fc.assert(fc.property(VALUES, (values) => {
    const level = 0.05;
    const sorted = values.toSorted((a, b) => a - b);
    const failed = sorted.findIndex((p, place) =>
      (values.length - place) * p > level
    );
    const rejected = failed === -1 ? values.length : failed;
    const found = holm(values).filter((p) => p <= level).length;
    assert.equal(found, rejected);
  }));
});

Deno.test("holm() throws when a value is no probability", () => {
  for (const value of [-0.1, 1.1, NaN]) {
    assert.throws(() => holm([0.5, value]), {
      name: "RangeError",
      message: `Cannot adjust p values: value 1 is ${value}, expected 0 to 1`,
    });
  }
});
