import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../lib/random/mod.ts";
import { signFlipTest } from "../../lib/report/mod.ts";

const flip = (differences: readonly number[], flips?: number) =>
  signFlipTest(differences, {
    random: randomStream(1, "test"),
    ...(flips === undefined ? {} : { flips }),
  });

/** p by its definition, in whole numbers: every sign, one after the other. */
function byDefinition(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((sum, each) => sum + each, 0));
  const all = 2 ** differences.length;
  let extreme = 0;
  for (let signs = 0; signs < all; signs++) {
    const sum = differences.reduce(
      (sum, each, i) => sum + ((signs >> i) & 1 ? each : -each),
      0,
    );
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / all;
}

/** Darwin's maize, eighths of an inch (Fisher 1935, The Design of Experiments, section 21). */
const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

Deno.test("signFlipTest() gives Fisher's p of Darwin's maize", () => {
  // 863 of 32,768 signs give a sum as high, 1,726 one as far from 0.
  assert.deepEqual(flip(MAIZE), { p: 1_726 / 32_768, isExact: true });
});

Deno.test("signFlipTest() is what its definition says", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 }),
    (differences) => {
      assert.deepEqual(flip(differences), {
        p: byDefinition(differences),
        isExact: true,
      });
    },
  ));
});

Deno.test("signFlipTest() depends on no order, sign or unit, rounding or not", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 12 }),
    fc.constantFrom(0.1, 1e-7, 3e5),
    (differences, unit) => {
      const { p } = flip(differences);
      assert.equal(flip(differences.toReversed()).p, p);
      assert.equal(flip(differences.map((each) => -each)).p, p);
      assert.equal(flip(differences.map((each) => each * unit)).p, p);
      assert.equal(flip([...differences, 0, 0]).p, p);
    },
  ));
});

Deno.test("signFlipTest() does not depend on the order of the pairs, or on which side is first", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        // Of more than 20 signs are drawn.
        minLength: 15,
        maxLength: 30,
      }),
      (differences) => {
        const { p } = flip(differences, 99);
        assert.equal(flip(differences.toReversed(), 99).p, p);
        assert.equal(flip(differences.map((each) => -each), 99).p, p);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("signFlipTest() has the least p where all differences have one sign", () => {
  for (const n of [1, 2, 6, 20]) {
    const differences = Array.from({ length: n }, (_, i) => 0.01 * (i + 1));
    assert.deepEqual(flip(differences), { p: 2 ** (1 - n), isExact: true });
  }
  assert.equal(flip([0, 0, 0]).p, 1);
});

Deno.test("signFlipTest() draws signs where there are too many, and lands near", () => {
  // Two of each: 30 differences; the normal approximation is close by then.
  const many = [...MAIZE, ...MAIZE];
  const { p, isExact } = flip(many);
  assert.equal(isExact, false);
  const z = many.reduce((sum, each) => sum + each) /
    Math.sqrt(many.reduce((sum, each) => sum + each * each, 0));
  assert.ok(z > 2.6 && z < 2.8, `${z}`);
  // Two-sided normal tail of 2.7 is 0.007; a draw of 10,000 is off by 0.0008.
  assert.ok(Math.abs(p - 0.007) < 0.003, `${p}`);
  assert.equal(flip(many).p, p, "drawn anew from the same stream");
  // Never 0, however clear.
  const clear = Array.from({ length: 40 }, () => 1);
  assert.equal(flip(clear, 99).p, 1 / 100);
});

Deno.test("signFlipTest() throws when an argument is out of range", () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [
      () => flip([]),
      "Cannot flip signs: the number of values is 0, expected at least 1",
    ],
    [
      () => flip([1, NaN]),
      "Cannot flip signs: value 1 is NaN, expected a finite number",
    ],
    [
      () => flip([1], 0.5),
      "Cannot flip signs: flips is 0.5, expected a whole number >= 1",
    ],
  ];
  for (const [run, message] of cases) {
    assert.throws(run, { name: "RangeError", message });
  }
});
