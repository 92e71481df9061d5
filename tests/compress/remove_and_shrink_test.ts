import assert from "node:assert/strict";
import fc from "fast-check";
import {
  countParameters,
  leaves,
  type Network,
} from "../../lib/network/mod.ts";
import {
  removalMask,
  removeAndShrink,
  removeLayers,
  shrinkLayers,
  type ShrinkOptions,
} from "../../lib/compress/mod.ts";
import { assertSound, shrinkRules, tenth, withActions } from "./_actions.ts";
import { anyNetwork, conv, PLAIN, SMALL_RESNET } from "./_networks.ts";

interface Change {
  readonly without?: readonly number[];
  readonly ratios?: Readonly<Record<number, number>>;
}

function change(
  network: Network,
  { without = [], ratios = {} }: Change,
  options?: ShrinkOptions,
) {
  const all = leaves(network);
  return removeAndShrink(network, {
    keep: all.map(({ index }) => !without.includes(index)),
    ratios: all.map(({ index }) => ratios[index] ?? 1),
  }, options);
}

const anyActions = withActions(
  anyNetwork,
  fc.record({
    keep: fc.boolean(),
    ratio: fc.oneof(
      tenth.map((n) => n / 10),
      fc.record({
        channels: tenth.map((n) => n / 10),
        kernel: tenth.map((n) => n / 10),
        stride: tenth.map((n) => n / 10),
        padding: tenth.map((n) => n / 10),
      }, { requiredKeys: [] }),
    ),
  }),
  { keep: true, ratio: 1 },
);

Deno.test("removeAndShrink() removes and shrinks when asked for both", () => {
  const outcome = change(PLAIN, { without: [1, 4], ratios: { 3: 0.5 } });
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.origin, { leaves: [0, 2, 3, 5, 6, 7, 8] });
  // conv 120, conv 12*9*10+10 = 1,090, linear (10*16)*10+10 = 1,610
  assert.equal(countParameters(outcome.network), 2_820);
  assert.deepEqual(outcome.network.blocks[2], conv(10, { bias: true }));
});

Deno.test("removeAndShrink() judges the size once when removal alone would make it grow", () => {
  // Without its pool the linear layer has four times the inputs: too many alone.
  const removed = removeLayers(PLAIN, leaves(PLAIN).map((_, i) => i !== 6));
  assert.ok(!removed.ok && removed.rejection.rule === "noReduction");
  const outcome = change(PLAIN, { without: [6], ratios: { 3: 0.1 } }, {
    minChannels: 1,
  });
  assert.ok(outcome.ok);
  // conv 120, BN 24, conv 12*9*2+2 = 218, BN 4, linear (2*64)*10+10 = 1,290
  assert.equal(countParameters(outcome.network), 1_656);
});

Deno.test("removeAndShrink() is shrinkLayers() when all is kept", () => {
  fc.assert(
    fc.property(anyActions, shrinkRules, ([network, actions], rules) => {
      const ratios = actions.map(({ ratio }) => ratio);
      assert.deepEqual(
        removeAndShrink(
          network,
          { keep: ratios.map(() => true), ratios },
          rules,
        ),
        shrinkLayers(network, ratios, rules),
      );
    }),
    { numRuns: 100 },
  );
});

Deno.test("removeAndShrink() is removeLayers() when nothing shrinks", () => {
  fc.assert(
    fc.property(anyActions, ([network, actions]) => {
      const keep = actions.map(({ keep }) => keep);
      const outcome = removeAndShrink(network, {
        keep,
        ratios: keep.map(() => 1),
      }, { minLinearInputs: 1 });
      const removed = removeLayers(network, keep);
      assert.equal(outcome.ok, removed.ok);
      if (removed.ok) assert.deepEqual(outcome, removed);
      else {assert.ok(
          !outcome.ok && outcome.rejection.rule === removed.rejection.rule,
        );}
    }),
    { numRuns: 150 },
  );
});

Deno.test("removeAndShrink() gives the student of one stage after the other when both accept", () => {
  let both = 0;
  fc.assert(
    fc.property(anyActions, shrinkRules, ([network, actions], rules) => {
      const keep = actions.map(({ keep }) => keep);
      const ratios = actions.map(({ ratio }) => ratio);
      const first = removeLayers(network, keep);
      if (!first.ok) return;
      const mask = removalMask(network);
      const second = shrinkLayers(
        first.network,
        ratios.filter((_, i) => keep[i] || !mask[i]),
        rules,
      );
      if (!second.ok) return;
      both++;
      const outcome = removeAndShrink(network, { keep, ratios }, rules);
      // The second stage's least linear input follows its own, narrower base.
      if (!outcome.ok) {
        assert.equal(outcome.rejection.rule, "linearTooSmall");
      } else {
        assert.deepEqual(outcome, {
          ...second,
          // The second stage counts from the first one's student.
          origin: {
            leaves: second.origin.leaves.map((leaf) =>
              first.origin.leaves[leaf]
            ),
          },
        });
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(both > 50, `only ${both} accepted twice`);
});

Deno.test("removeAndShrink() gives a sound outcome when actions are any", () => {
  fc.assert(
    fc.property(
      anyActions,
      shrinkRules,
      ([network, actions], rules) =>
        assertSound(
          removeAndShrink(network, {
            keep: actions.map(({ keep }) => keep),
            ratios: actions.map(({ ratio }) => ratio),
          }, rules),
          network,
        ),
    ),
    { numRuns: 300 },
  );
});

Deno.test("removeAndShrink() ignores the ratios of removed leaves when they are any", () => {
  fc.assert(
    fc.property(anyActions, ([network, actions]) => {
      const keep = actions.map(({ keep }) => keep);
      const mask = removalMask(network);
      const ratios = actions.map(({ ratio }) => ratio);
      assert.deepEqual(
        removeAndShrink(network, { keep, ratios }),
        removeAndShrink(network, {
          keep,
          ratios: ratios.map((ratio, i) => mask[i] && !keep[i] ? 0.3 : ratio),
        }),
      );
    }),
    { numRuns: 100 },
  );
});

Deno.test("removeAndShrink() lets a body's new last convolution follow its place when the last is removed", () => {
  // Leaf 3, free as the first of its body, is forced to the block's input now.
  const forced = change(SMALL_RESNET, { without: [6], ratios: { 3: 0.7 } });
  assert.ok(forced.ok);
  const [block] = forced.network.blocks.filter(({ type }) =>
    type === "residual"
  );
  assert.ok(block?.type === "residual");
  assert.deepEqual(block.body[0], conv(16));
  // Leaf 8 takes over the shortcut's 32 channels, and then shrinks with it.
  const taken = change(SMALL_RESNET, { without: [11], ratios: { 8: 0.5 } });
  assert.ok(taken.ok);
  const next = taken.network.blocks[4];
  assert.ok(next?.type === "residual");
  assert.deepEqual(next.body[0], conv(16, { stride: 2 }));
  assert.deepEqual(next.shortcut[0], conv(16, { kernel: 1, stride: 2 }));
});

Deno.test("removeAndShrink() rejects when nothing is removed and nothing shrinks", () => {
  const outcome = change(SMALL_RESNET, {});
  assert.ok(!outcome.ok);
  assert.deepEqual(outcome.rejection, {
    rule: "noReduction",
    reason:
      "the student has 19994 parameters, expected fewer than the base network's 19994",
  });
});

Deno.test("removeAndShrink() throws when actions or rules are out of range", () => {
  const keep = leaves(PLAIN).map(() => true);
  const ratios = keep.map(() => 1);
  const throws = (run: () => unknown, message: string) =>
    assert.throws(run, { name: "RangeError", message });
  throws(
    () => removeAndShrink(PLAIN, { keep: [true], ratios }),
    "Cannot remove and shrink layers: the number of actions is 1, expected 9 (one per leaf)",
  );
  throws(
    () => removeAndShrink(PLAIN, { keep, ratios: [1, 1] }),
    "Cannot remove and shrink layers: the number of actions is 2, expected 9 (one per leaf)",
  );
  throws(
    () => removeAndShrink(PLAIN, { keep, ratios: ratios.with(4, 0) }),
    "Cannot remove and shrink layers: the ratio of leaf 4 is 0, expected 0 < ratio <= 1",
  );
  throws(
    () => removeAndShrink(PLAIN, { keep, ratios }, { minChannels: 0 }),
    "Cannot shrink layers: minChannels is 0, expected an integer >= 1",
  );
});
