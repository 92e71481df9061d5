import assert from "node:assert/strict";
import { type Kill, soak } from "./soak/soak.ts";

// The long variant is deno task soak. Seen to fail: with a policy that begins anew
// where its search goes on.
Deno.test("rq1 gives the same record when it is killed at points of a write and at random", async () => {
  const seen: Kill[] = [];
  const { kills, differing } = await soak({
    kills: 4,
    killsOfARun: 4,
    seed: 1,
    onKill: (kill) => void seen.push(kill),
  });
  assert.equal(kills, 4);
  assert.deepEqual(differing, []);
  // Points are reached: not all kills are those at random.
  assert(
    seen.some(({ where, happened }) => happened && !where.startsWith("after")),
  );
});
