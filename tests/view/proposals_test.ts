import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import type { KnownRun, KnownStage } from "../../lib/view/data/known.ts";
import { indexProposals } from "../../lib/view/data/proposals.ts";

/** A stage whose iterations propose networks, and how often it was read. */
function stage(iterations: readonly (readonly (string | undefined)[])[]) {
  const reads = { count: 0 };
  const records = iterations.map((networks, iteration) => ({
    iteration,
    proposals: networks.map((networkId) => ({
      actions: [],
      reward: 0,
      ...(networkId === undefined ? {} : { networkId }),
    })),
    tendency: [],
  }));
  const made: KnownStage = {
    kind: "removal",
    base: {} as Network,
    get records() {
      reads.count++;
      return records;
    },
    finals: [],
  };
  return { made, reads };
}

Deno.test("indexProposals() finds a network's proposals in their order, and reads each stage once", () => {
  const first = stage([["x", undefined, "y"], ["x", "z"]]);
  const second = stage([["x"]]);
  const run: KnownRun = {
    question: "rq1",
    profile: "smoke",
    cell: "c",
    isRecorded: true,
    stages: [first.made, second.made],
    revision: "",
  };
  const proposals = indexProposals([{ id: "a", run }, { id: "b", run }]);
  const before = first.reads.count;
  const found = proposals.of("x").map(({ id, index, iteration, student }) =>
    `${id}${index} ${iteration} ${student}`
  );
  assert.deepEqual(found, [
    ...["a0 0 0", "a0 1 3", "a1 0 0"],
    ...["b0 0 0", "b0 1 3", "b1 0 0"],
  ]);
  assert.deepEqual(proposals.of("w"), []);
  assert.equal(proposals.placed(first.made).length, 5);
  // Two runs have it; whoever asks makes none of its proposals again.
  assert.equal(before, 2);
  assert.equal(first.reads.count, before);
});
