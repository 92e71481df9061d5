import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compressionOf,
  DEGENERATE_REWARD,
  reward,
} from "../../lib/reward/mod.ts";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const positive = fc.double({ min: 0.01, max: 1, noNaN: true });

Deno.test("compressionOf() is the share of parameters saved when counts are given", () => {
  const teacherParameters = 100;
  const of = (studentParameters: number) =>
    compressionOf({ studentParameters, teacherParameters });
  assert.deepEqual([0, 25, 50, 100, 150].map(of), [1, 0.75, 0.5, 0, -0.5]);
});

Deno.test("compressionOf() throws when a count is out of range", () => {
  for (const studentParameters of [-1, 1.5, NaN]) {
    assert.throws(
      () => compressionOf({ studentParameters, teacherParameters: 1 }),
      {
        name: "RangeError",
        message:
          `Cannot compute compression: studentParameters is ${studentParameters}, expected an integer >= 0`,
      },
    );
  }
  for (const teacherParameters of [0, -1, Infinity, NaN]) {
    assert.throws(
      () => compressionOf({ studentParameters: 1, teacherParameters }),
      {
        name: "RangeError",
        message:
          `Cannot compute compression: teacherParameters is ${teacherParameters}, expected an integer >= 1`,
      },
    );
  }
});

Deno.test("reward() is A / A_T * C (2 - C) when all are in range", () => {
  const of = (
    accuracy: number,
    teacherAccuracy: number,
    compression: number,
  ) => reward({ accuracy, teacherAccuracy, compression });
  assert.equal(of(0.9, 0.9, 0.5), 0.75);
  assert.equal(of(0.25, 0.5, 0.5), 0.375);
  assert.equal(of(1, 1, 1), 1);
  assert.equal(of(0, 0.5, 0.5), 0);
  assert.equal(of(0.5, 0.5, 0), 0);
  // -0.5 * 2.5
  assert.equal(of(1, 1, -0.5), -1.25);
  // Not clipped: a better student than its teacher.
  assert.equal(of(1, 0.5, 0.5), 1.5);
  assert.equal(DEGENERATE_REWARD, -1);
});

Deno.test("reward() grows with accuracy and compression when either grows", () => {
  fc.assert(fc.property(
    fc.tuple(unit, unit),
    fc.tuple(unit, unit),
    positive,
    (accuracies, compressions, teacherAccuracy) => {
      const [low, high] = accuracies.sort((a, b) => a - b) as [number, number];
      const [less, more] = compressions.sort((a, b) => a - b) as [
        number,
        number,
      ];
      const of = (accuracy: number, compression: number) =>
        reward({ accuracy, teacherAccuracy, compression });
      assert.ok(of(low, less) >= 0);
      assert.ok(of(high, less) >= of(low, less));
      // C(2 - C) is monotone on [0, 1] up to rounding.
      assert.ok(of(low, more) >= of(low, less) * (1 - 1e-12));
    },
  ));
});

Deno.test("reward() throws when a number is out of range", () => {
  const good = { accuracy: 0.5, teacherAccuracy: 0.5, compression: 0.5 };
  const bad = [
    [{ accuracy: NaN }, "accuracy is NaN, expected 0 <= accuracy <= 1"],
    [{ accuracy: 99.5 }, "accuracy is 99.5, expected 0 <= accuracy <= 1"],
    [
      { teacherAccuracy: 0 },
      "teacherAccuracy is 0, expected 0 < teacherAccuracy <= 1",
    ],
    [
      { compression: 127 },
      "compression is 127, expected a finite number <= 1",
    ],
    [
      { compression: NaN },
      "compression is NaN, expected a finite number <= 1",
    ],
  ] as const;
  for (const [change, text] of bad) {
    assert.throws(() => reward({ ...good, ...change }), {
      name: "RangeError",
      message: `Cannot compute reward: ${text}`,
    });
  }
});

Deno.test("reward() has other forms of the same terms", () => {
  const score = { accuracy: 0.4, teacherAccuracy: 0.8, compression: 0.5 };
  assert.equal(reward(score), 0.375);
  assert.equal(reward({ ...score, form: "paper" }), 0.375);
  assert.equal(reward({ ...score, form: "linear" }), 0.25);
  assert.equal(reward({ ...score, form: "additive" }), 0.625);
});
