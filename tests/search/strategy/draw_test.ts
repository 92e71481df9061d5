import assert from "node:assert/strict";
import fc from "fast-check";
import { randomStream } from "../../../lib/random/mod.ts";
// Not behind the room's door: what all strategies without a policy draw with.
import { drawActions, mutate } from "../../../lib/search/strategy/draw.ts";
import { differences, GRAINS, KINDS, spaceOf } from "./_strategies.ts";

for (const kind of KINDS) {
  Deno.test(`drawActions() draws the neutral action exp(keepBias) times as often as any other, in ${kind}`, () => {
    const space = spaceOf({ kind });
    const { actionCount, neutral, sequence: { mask } } = space;
    for (const keepBias of [0, 1, -1, 3]) {
      const random = randomStream(1, "draw", kind);
      const counts = new Array<number>(actionCount).fill(0);
      let all = 0;
      for (let i = 0; i < 2500; i++) {
        drawActions(space, random, keepBias).forEach((action, decision) => {
          if (!mask[decision]) {
            assert.equal(action, neutral);
            return;
          }
          counts[action]!++;
          all++;
        });
      }
      const sum = Math.exp(keepBias) + actionCount - 1;
      counts.forEach((count, action) => {
        const p = (action === neutral ? Math.exp(keepBias) : 1) / sum;
        // Four standard deviations of a binomial share.
        const tolerance = 4 * Math.sqrt(p * (1 - p) / all);
        assert(
          Math.abs(count / all - p) < tolerance,
          `bias ${keepBias}, action ${action}: ${count / all}, expected ${p}`,
        );
      });
    }
  });

  Deno.test(`drawActions() draws one number a free decision, in order, in ${kind}`, () => {
    const space = spaceOf({ kind });
    const random = randomStream(3, "draw");
    const drawn = drawActions(space, random, 0);
    const again = randomStream(3, "draw");
    const uniform = new Array<number>(space.actionCount).fill(
      1 / space.actionCount,
    );
    assert.deepEqual(
      drawn,
      space.sequence.mask.map((free) =>
        free ? again.categorical(uniform) : space.neutral
      ),
    );
    assert.deepEqual(random.state(), again.state());
  });

  Deno.test(`mutate() changes exactly as many free decisions as asked, all there are at most, in ${kind}`, () => {
    fc.assert(fc.property(
      fc.constantFrom(...GRAINS),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 1e6 }),
      (grain, changes, seed) => {
        const space = spaceOf({ kind, grain });
        const { mask } = space.sequence;
        const random = randomStream(seed, "mutate");
        const actions = drawActions(space, random, 0);
        const before = [...actions];
        const changed = mutate(space, random, { actions, changes });
        assert.deepEqual(actions, before, "the parent was changed");
        const where = differences(actions, changed);
        const free = mask.filter((isFree) => isFree).length;
        assert.equal(where.length, Math.min(changes, free));
        for (const decision of where) assert(mask[decision]);
        assert(changed.every((action) => space.values[action] !== undefined));
      },
    ));
  });

  Deno.test(`mutate() changes any free decision to any other action alike, in ${kind}`, () => {
    const space = spaceOf({ kind });
    const { mask } = space.sequence;
    const free = mask.filter((isFree) => isFree).length;
    const random = randomStream(2, "mutate", kind);
    const actions = mask.map((isFree, decision) =>
      isFree ? decision % space.actionCount : space.neutral
    );
    const counts = new Map<string, number>();
    const all = 20_000;
    for (let i = 0; i < all; i++) {
      const changed = mutate(space, random, { actions, changes: 1 });
      const [decision] = differences(actions, changed);
      const key = `${decision} ${changed[decision!]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const cases = free * (space.actionCount - 1);
    assert.equal(counts.size, cases);
    const p = 1 / cases;
    for (const [key, count] of counts) {
      assert(
        Math.abs(count / all - p) < 5 * Math.sqrt(p * (1 - p) / all),
        `${key}: ${count} of ${all}`,
      );
    }
  });
}
