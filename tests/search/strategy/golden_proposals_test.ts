/**
 * What strategies propose for seed 1, to the bit: names of random streams and the
 * order of draws are part of every committed result.
 */

import assert from "node:assert/strict";
import { sha256Hex } from "../../../lib/random/mod.ts";
import type { StrategyName } from "../../../lib/search/mod.ts";
import { KINDS, play, spaceOf, strategyOf, using } from "./_strategies.ts";

const GOLDEN: Readonly<Record<string, string>> = {
  reinforce: "88ec2c7805c34faa",
  random: "ec7922b05c94017b",
  evolution: "7c4453016dd28d98",
  annealing: "80f4229a6c610f5d",
};

// Seen to fail: with another name for the stream of a rollout.
for (const name of ["reinforce", "random", "evolution", "annealing"] as const) {
  Deno.test(`${name} proposes the students that it always did`, () => {
    assert.equal(digestOf(name), GOLDEN[name]);
  });
}

/** Digest of the actions of three iterations on every kind of space. */
function digestOf(name: StrategyName): string {
  const actions = KINDS.map((kind) => {
    const space = spaceOf({ kind, grain: "unit" });
    return using(
      strategyOf(name, space),
      (strategy) =>
        play(strategy, space, { iterations: 3 }).flat()
          .map(({ actions }) => actions),
    );
  });
  return sha256Hex(JSON.stringify(actions)).slice(0, 16);
}
