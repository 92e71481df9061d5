import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../lib/random/mod.ts";
import {
  averageRanks,
  levelled,
  pairedBootstrap,
  pairwisePreference,
  spearman,
} from "../../lib/report/mod.ts";

// Hours of television a week and IQ of ten people, the textbook's example
// (en.wikipedia.org/wiki/Spearman's_rank_correlation_coefficient): -29/165.
const IQ = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
const HOURS = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];

/** Pairs of small numbers: with many ties, and exact under the transforms below. */
const PAIRS = fc.array(
  fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 })),
  { minLength: 2, maxLength: 12 },
);

/** Strictly rising functions. */
const RISING = [
  (value: number) => 3 * value + 7,
  (value: number) => value ** 3,
  (value: number) => 2 ** value,
] as const;

const columns = (pairs: readonly (readonly [number, number])[]) =>
  [pairs.map(([x]) => x), pairs.map(([, y]) => y)] as const;

Deno.test("averageRanks() gives equal values the mean of their places", () => {
  assert.deepEqual(averageRanks([30, 10, 20]), [3, 1, 2]);
  assert.deepEqual(averageRanks([5, 1, 5, 9, 5]), [3, 1, 3, 5, 3]);
  assert.deepEqual(averageRanks([0, -0]), [1.5, 1.5]);
  assert.throws(() => averageRanks([]), RangeError);
});

Deno.test("averageRanks() sum to those of 1 … n whatever is equal", () => {
  fc.assert(fc.property(PAIRS, (pairs) => {
    const n = pairs.length;
    const sum = averageRanks(columns(pairs)[0]).reduce((all, r) => all + r);
    assert.equal(sum, n * (n + 1) / 2);
  }));
});

Deno.test("spearman() gives known values", () => {
  assert.ok(Math.abs(spearman(IQ, HOURS)! - -29 / 165) < 1e-15);
  assert.equal(spearman([1, 2, 3], [1, 2, 3]), 1);
  assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
  // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
  assert.equal(
    spearman([0, 1, 1, 2], [1, 3, 2, 4]),
    4.5 / Math.sqrt(4.5 * 5),
  );
});

Deno.test("spearman() changes with no strictly rising transform", () => {
  fc.assert(
    fc.property(
      PAIRS,
      fc.constantFrom(...RISING),
      fc.constantFrom(...RISING),
      (pairs, f, g) => {
        const [x, y] = columns(pairs);
        assert.equal(spearman(x.map(f), y.map(g)), spearman(x, y));
      },
    ),
  );
});

Deno.test("spearman() is symmetric, changes sign with an order, and stays in [-1, 1]", () => {
  fc.assert(fc.property(PAIRS, (pairs) => {
    const [x, y] = columns(pairs);
    const found = spearman(x, y);
    assert.equal(spearman(y, x), found);
    const isConstant = new Set(x).size === 1 || new Set(y).size === 1;
    assert.equal(found === undefined, isConstant);
    if (found === undefined) return;
    assert.ok(Math.abs(found) <= 1);
    const turned = spearman(x.map((value) => -value), y)!;
    assert.ok(Math.abs(turned + found) < 1e-15);
  }));
});

Deno.test("spearman() throws when pairs are missing or not finite", () => {
  assert.throws(() => spearman([1], [1]), {
    name: "RangeError",
    message:
      "Cannot correlate ranks: the number of values is 1, expected at least 2",
  });
  assert.throws(() => spearman([1, 2], [1, 2, 3]), {
    name: "RangeError",
    message:
      "Cannot correlate ranks: the number of second values is 3, expected 2 as of the first",
  });
  assert.throws(() => spearman([1, NaN], [1, 2]), /value 1 is NaN/);
  assert.throws(() => spearman([1, 2], [Infinity, 2]), /value 0 is Infinity/);
});

Deno.test("pairwisePreference() counts pairs, equal scores half, equal truths not", () => {
  assert.equal(pairwisePreference([1, 2, 3], [1, 2, 3]), 1);
  assert.equal(pairwisePreference([3, 2, 1], [1, 2, 3]), 0);
  assert.equal(pairwisePreference([1, 3, 2], [1, 2, 3]), 2 / 3);
  assert.equal(pairwisePreference([7, 7], [1, 2]), 0.5);
  // Of three pairs the one with truth 2 twice is left out; of the others one is
  // right and one is a tie.
  assert.equal(pairwisePreference([1, 1, 2], [1, 2, 2]), 0.75);
  assert.equal(pairwisePreference([1, 2], [5, 5]), undefined);
  assert.throws(() => pairwisePreference([1], [1]), RangeError);
});

Deno.test("pairwisePreference() changes with no rising transform, and is turned by a falling one", () => {
  fc.assert(fc.property(PAIRS, fc.constantFrom(...RISING), (pairs, f) => {
    const [score, truth] = columns(pairs);
    const found = pairwisePreference(score, truth);
    assert.equal(pairwisePreference(score.map(f), truth.map(f)), found);
    if (found === undefined) return;
    const turned = pairwisePreference(score.map((value) => -value), truth)!;
    assert.ok(Math.abs(found + turned - 1) < 1e-12);
  }));
});

Deno.test("pairedBootstrap() repeats when its stream does and differs otherwise", () => {
  const run = (seed: number) =>
    pairedBootstrap(IQ, HOURS, {
      statistic: spearman,
      random: randomStream(seed, "bootstrap", "iq"),
      resamples: 200,
    });
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
  const { low, high } = run(1).interval!;
  assert.ok(low < -29 / 165 && -29 / 165 < high);
});

Deno.test("pairedBootstrap() keeps pairs together", () => {
  const pairs = new Set(IQ.map((iq, i) => `${iq} ${HOURS[i]}`));
  pairedBootstrap(IQ, HOURS, {
    statistic(x, y) {
      assert.equal(x.length, IQ.length);
      for (const [i, iq] of x.entries()) assert.ok(pairs.has(`${iq} ${y[i]}`));
      return 0;
    },
    random: randomStream(1),
    resamples: 50,
  });
});

Deno.test("pairedBootstrap() leaves out and counts resamples without a number", () => {
  // Two pairs: half of the resamples hold one pair twice, which has no correlation.
  const { interval, undefinedResamples } = pairedBootstrap([1, 2], [1, 2], {
    statistic: spearman,
    random: randomStream(1, "two"),
  });
  assert.deepEqual(interval, { low: 1, high: 1 });
  assert.ok(
    Math.abs(undefinedResamples - 1_000) < 150,
    `${undefinedResamples}`,
  );
  const none = pairedBootstrap([1, 2], [3, 3], {
    statistic: spearman,
    random: randomStream(1),
    resamples: 10,
  });
  assert.deepEqual(none, { undefinedResamples: 10 });
});

Deno.test("pairedBootstrap() throws when an option is out of range", () => {
  const options = { statistic: spearman, random: randomStream(1) };
  const run = (more: object) =>
    pairedBootstrap([1, 2], [1, 2], { ...options, ...more });
  assert.throws(() => run({ resamples: 0 }), /expected a whole number >= 1/);
  assert.throws(() => run({ level: 1 }), /expected 0 < level < 1/);
  assert.throws(
    () => pairedBootstrap([1, 2], [1], options),
    /expected 2 as of the first/,
  );
});

Deno.test("levelled() gives equal differences one value, whatever was rounded", () => {
  const differences = [0.3 - 0.2, 0.2 - 0.1, -0.1, 0.4 - 0.2];
  assert.deepEqual(averageRanks(differences), [2, 3, 1, 4]);
  assert.deepEqual(averageRanks(levelled(differences)), [2.5, 2.5, 1, 4]);
  assert.deepEqual(levelled([1, 1 + 1e-9, 1e-11, 0]), [1, 1 + 1e-9, 1e-11, 0]);
  assert.deepEqual(levelled([]), []);
});
