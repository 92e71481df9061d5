import assert from "node:assert/strict";
import {
  holm,
  LEAST_PAIRS,
  LEVEL,
  pairsNeeded,
  signFlipTest,
} from "../../lib/report/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";

/** The smallest p of so many pairs, corrected over so many tests. */
function smallest(pairs: number, tests: number): number {
  const { p } = signFlipTest(new Array(pairs).fill(1), {
    random: randomStream(1, "flips"),
  });
  return holm([p, ...new Array(tests - 1).fill(1)])[0]!;
}

Deno.test("pairsNeeded() are the fewest with which a corrected test can decide", () => {
  for (const tests of [1, 2, 3, 4, 8, 13]) {
    const needed = pairsNeeded(tests);
    assert(smallest(needed, tests) < LEVEL, `${tests} tests, ${needed} pairs`);
    assert(smallest(needed - 1, tests) >= LEVEL);
  }
  assert.equal(pairsNeeded(1), LEAST_PAIRS);
});
