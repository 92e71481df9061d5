import assert from "node:assert/strict";
import fc from "fast-check";
import {
  removalMask,
  removeAndShrink,
  shrinkMask,
} from "../../../lib/compress/mod.ts";
import { leaves, type Network } from "../../../lib/network/mod.ts";
import { layerFeatures } from "../../../lib/policy/mod.ts";
import { createSpace } from "../../../lib/search/space/create_space.ts";
import type {
  Grain,
  SpaceKind,
} from "../../../lib/search/space/action_space.ts";
import { assertSound, shrinkRules } from "../../compress/_actions.ts";
import {
  anyNetwork,
  BN,
  conv,
  GLOBAL,
  LINEAR,
  PLAIN,
  POOL,
  RELU,
  SMALL_RESNET,
} from "../../compress/_networks.ts";
import {
  actionsOf,
  GRAINS,
  KINDS,
  RESNET_18,
  RESNET_50,
  SQUEEZENET,
} from "./_spaces.ts";

function grouped(base: Network, kind: SpaceKind, grain: Grain) {
  return createSpace({ kind, base, grain, shrink: {} }).decisions
    .map(({ leaves }) => leaves);
}

const anyBase = fc.oneof(
  { weight: 5, arbitrary: anyNetwork },
  { weight: 1, arbitrary: fc.constantFrom(SQUEEZENET, RESNET_50) },
);
const anyOptions = fc.record({
  base: anyBase,
  kind: fc.constantFrom(...KINDS),
  grain: fc.constantFrom(...GRAINS),
  shrink: shrinkRules,
});
const anySpace = anyOptions.map(createSpace);

Deno.test("createSpace() ties a convolution with what follows it when the grain is unit", () => {
  // Leaf 0 always stays; 8 and 14 to 16 are fixed.
  assert.deepEqual(grouped(SMALL_RESNET, "removal", "unit"), [
    [1, 2],
    [3, 4, 5],
    [6, 7],
    [9, 10],
    [11, 12],
  ]);
  assert.deepEqual(grouped(SMALL_RESNET, "shrinkage", "unit"), [
    [0],
    [3],
    [8],
    [11],
  ]);
  assert.deepEqual(grouped(SMALL_RESNET, "joint", "unit"), [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7],
    [8, 9, 10],
    [11, 12],
  ]);
  assert.deepEqual(grouped(PLAIN, "removal", "unit"), [[1, 2], [3, 4, 5], [6]]);
});

Deno.test("createSpace() ties a residual block's body when the grain is block", () => {
  assert.deepEqual(grouped(SMALL_RESNET, "removal", "block"), [
    [1, 2],
    [3, 4, 5, 6, 7],
    [9, 10, 11, 12],
  ]);
  assert.deepEqual(grouped(SMALL_RESNET, "shrinkage", "block"), [
    [0],
    [3],
    [8, 11],
  ]);
  assert.deepEqual(
    grouped(PLAIN, "joint", "block"),
    grouped(PLAIN, "joint", "unit"),
  );
});

Deno.test("createSpace() leaves layers alone when no convolution opens their unit", () => {
  const base: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(16),
      { type: "dropout", rate: 0.1 },
      { type: "residual", body: [BN, RELU, conv(16)], shortcut: [] },
      RELU,
      POOL,
      BN,
      RELU,
      GLOBAL,
      LINEAR,
    ],
  };
  const bodies = [[2], [3], [4]];
  const rest = [[5], [6], [7], [8]];
  assert.deepEqual(grouped(base, "removal", "unit"), [[1], ...bodies, ...rest]);
  assert.deepEqual(grouped(base, "removal", "block"), [
    [1],
    bodies.flat(),
    ...rest,
  ]);
});

Deno.test("createSpace() has few decisions on ResNet-18 when the grain is coarse", () => {
  const bits = GRAINS.map((grain) =>
    createSpace({ kind: "removal", base: RESNET_18, grain, shrink: {} }).bits
  );
  // 39 leaves; the stem's batch norm and two units in each of 8 bodies; 1 + 8.
  assert.deepEqual(bits, [39, 17, 9]);
  const joint = createSpace({
    kind: "joint",
    base: RESNET_18,
    grain: "block",
    shrink: {},
  });
  assert.equal(joint.bits, 9 * Math.log2(11));
});

Deno.test("createSpace() shows the features of a group's first leaf when grains are coarse", () => {
  const features = layerFeatures(SMALL_RESNET);
  for (
    const [kind, firsts] of [["removal", [0, 3, 8]], ["shrinkage", [
      0,
      3,
      8,
    ]]] as const
  ) {
    const { sequence } = createSpace({
      kind,
      base: SMALL_RESNET,
      grain: "block",
      shrink: {},
    });
    assert.deepEqual(sequence, {
      features: firsts.map((leaf) => features[leaf]!),
      mask: [true, true, true],
    });
  }
});

Deno.test("apply() removes the free leaves of a body and keeps the strided convolution when the body goes", () => {
  const space = createSpace({
    kind: "removal",
    base: SMALL_RESNET,
    grain: "block",
    shrink: {},
  });
  const outcome = space.apply([1, 0, 0]);
  assert.ok(outcome.ok);
  assert.deepEqual(
    outcome.network.blocks.filter(({ type }) => type === "residual"),
    [{
      type: "residual",
      body: [conv(32, { stride: 2 })],
      shortcut: [conv(32, { kernel: 1, stride: 2 }), BN],
    }],
  );
});

Deno.test("apply() gives the smallest ratio to what cannot be removed when the joint action is 0", () => {
  const shrink = { minChannels: 1, minLinearInputs: 1 };
  const space = createSpace({
    kind: "joint",
    base: PLAIN,
    grain: "unit",
    shrink,
  });
  assert.deepEqual(space.decisions.map(({ leaves }) => leaves), [
    [0, 1, 2],
    [3, 4, 5],
    [6],
  ]);
  const all = leaves(PLAIN);
  const keep = (...removed: number[]) =>
    all.map(({ index }) => !removed.includes(index));
  const ratios = (some: Record<number, number>) =>
    all.map(({ index }) => some[index] ?? 1);
  // The first convolution is fixed in removal: a tenth of it stays.
  assert.deepEqual(
    space.apply([0, 5, 10]),
    removeAndShrink(PLAIN, {
      keep: keep(1, 2),
      ratios: ratios({ 0: 0.1, 3: 0.5 }),
    }, shrink),
  );
  // A pool that cannot shrink stays at any action but 0.
  assert.deepEqual(
    space.apply([3, 1, 1]),
    removeAndShrink(PLAIN, {
      keep: keep(),
      ratios: ratios({ 0: 0.3, 3: 0.1 }),
    }, shrink),
  );
  assert.deepEqual(
    space.apply([3, 0, 0]),
    removeAndShrink(PLAIN, {
      keep: keep(3, 4, 5, 6),
      ratios: ratios({ 0: 0.3 }),
    }, shrink),
  );
});

Deno.test("apply() gives a sound outcome when actions are any", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      anySpace.chain((space) =>
        actionsOf(space).map((actions) => ({ space, actions }))
      ),
      ({ space, actions }) => {
        const outcome = space.apply(actions);
        assertSound(outcome, space.base);
        if (outcome.ok) accepted++;
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(accepted > 150, `only ${accepted} accepted`);
});

Deno.test("apply() changes nothing when all actions are neutral", () => {
  fc.assert(
    fc.property(anySpace, (space) => {
      assert.equal(space.values[space.neutral], 1);
      const outcome = space.apply(space.decisions.map(() => space.neutral));
      assert.ok(!outcome.ok);
      assert.equal(outcome.rejection.rule, "noReduction");
    }),
    { numRuns: 60 },
  );
});

Deno.test("apply() is that of leaves with equal actions when grains tie them", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      anyOptions.filter(({ grain }) => grain !== "leaf").chain((options) =>
        actionsOf(createSpace(options)).map((actions) => ({ options, actions }))
      ),
      ({ options, actions }) => {
        const { decisions, apply } = createSpace(options);
        const byLeaf = createSpace({ ...options, grain: "leaf" });
        const tied = byLeaf.decisions.map(({ leaves: [leaf] }) => {
          const i = decisions.findIndex(({ leaves }) => leaves.includes(leaf!));
          return actions[i] ?? byLeaf.neutral;
        });
        const outcome = apply(actions);
        assert.deepEqual(outcome, byLeaf.apply(tied));
        if (outcome.ok) accepted++;
      },
    ),
    { numRuns: 250 },
  );
  assert.ok(accepted > 80, `only ${accepted} accepted`);
});

Deno.test("createSpace() has a row for each free leaf once and of one length", () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      const { grain, kind, base, shrink } = options;
      const space = createSpace(options);
      const { features, mask } = space.sequence;
      assert.equal(features.length, space.decisions.length);
      assert.equal(mask.length, space.decisions.length);
      assert.equal(
        new Set(features.map(({ length }) => length)).size <= 1,
        true,
      );
      if (grain !== "leaf") assert.ok(mask.every((free) => free));
      const acted = space.decisions.flatMap(({ leaves, variable }) =>
        leaves.map((leaf) => `${leaf} ${variable}`)
      );
      assert.equal(new Set(acted).size, acted.length);
      const { removable, shrinkable } = {
        removable: kind === "shrinkage" ? [] : removalMask(base),
        shrinkable: kind === "removal" ? [] : shrinkMask(base, shrink),
      };
      const free = leaves(base).map(({ index }) => index)
        .filter((i) => removable[i] || shrinkable[i]);
      const found = space.decisions.flatMap(({ leaves }, i) =>
        mask[i] ? leaves : []
      );
      assert.deepEqual([...new Set(found)], free);
    }),
    { numRuns: 60 },
  );
});

Deno.test("createSpace() has no decision when nothing is free and the grain is coarse", () => {
  const base: Network = { input: [3, 8, 8], blocks: [conv(8), GLOBAL, LINEAR] };
  assert.ok(shrinkMask(base).every((free) => !free));
  const space = createSpace({
    kind: "shrinkage",
    base,
    grain: "unit",
    shrink: {},
  });
  assert.deepEqual([space.decisions, space.bits], [[], 0]);
  const outcome = space.apply([]);
  assert.ok(!outcome.ok && outcome.rejection.rule === "noReduction");
});

Deno.test("apply() throws when actions are not one in range for each decision", () => {
  const space = createSpace({
    kind: "joint",
    base: PLAIN,
    grain: "unit",
    shrink: {},
  });
  assert.throws(() => space.apply([1]), {
    name: "RangeError",
    message:
      "Cannot apply actions: their number is 1, expected 3 (one per decision)",
  });
  for (const action of [-1, 11, 0.5, NaN]) {
    assert.throws(() => space.apply([1, action, 1]), {
      name: "RangeError",
      message:
        `Cannot apply actions: action 1 is ${action}, expected an integer in [0, 10]`,
    });
  }
});
