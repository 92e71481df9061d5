import assert from "node:assert/strict";
import fc from "fast-check";
import {
  removalMask,
  removeLayers,
  shrinkLayers,
  shrinkMask,
  type ShrinkOptions,
  type ShrinkRatios,
  shrinkVariables,
} from "../../../lib/compress/mod.ts";
import { leaves } from "../../../lib/network/mod.ts";
import {
  actionCount,
  keepDecisions,
  layerFeatures,
  neutralAction,
  shrinkRatios,
} from "../../../lib/policy/mod.ts";
import { createSpace } from "../../../lib/search/space/create_space.ts";
import { PLAIN } from "../../compress/_networks.ts";
import { actionsOf, RESNET_18, SQUEEZENET, VGG_13 } from "./_spaces.ts";

const SHRINK: ShrinkOptions = { minChannels: 2, minLinearInputs: 1 };
const NETWORKS = { VGG_13, RESNET_18, SQUEEZENET };

for (const [name, base] of Object.entries(NETWORKS)) {
  Deno.test(`createSpace() has one step a leaf and removes as removeLayers() when the base is ${name}`, () => {
    const space = createSpace({
      kind: "removal",
      base,
      grain: "leaf",
      shrink: SHRINK,
    });
    assert.deepEqual(space.sequence, {
      features: layerFeatures(base),
      mask: removalMask(base),
    });
    assert.deepEqual(
      space.decisions,
      leaves(base).map(({ index }) => ({ leaves: [index] })),
    );
    assert.equal(space.actionCount, actionCount("removal"));
    assert.equal(space.neutral, neutralAction("removal"));
    assert.equal(space.bits, removalMask(base).filter((free) => free).length);
    fc.assert(
      fc.property(actionsOf(space), (actions) =>
        assert.deepEqual(
          space.apply(actions),
          removeLayers(base, keepDecisions(actions), SHRINK),
        )),
      { numRuns: 40 },
    );
  });

  Deno.test(`createSpace() has one step a leaf and shrinks as shrinkLayers() when the base is ${name}`, () => {
    const space = createSpace({
      kind: "shrinkage",
      base,
      grain: "leaf",
      shrink: SHRINK,
    });
    const mask = shrinkMask(base, SHRINK);
    assert.deepEqual(space.sequence, { features: layerFeatures(base), mask });
    assert.equal(space.actionCount, actionCount("shrinkage"));
    assert.equal(space.neutral, neutralAction("shrinkage"));
    assert.equal(
      space.bits,
      mask.filter((free) => free).length * Math.log2(10),
    );
    fc.assert(
      fc.property(actionsOf(space), (actions) =>
        assert.deepEqual(
          space.apply(actions),
          shrinkLayers(base, shrinkRatios(actions), SHRINK),
        )),
      { numRuns: 40 },
    );
  });

  Deno.test(`createSpace() decides on each size by itself when all shrinks and the base is ${name}`, () => {
    const shrink: ShrinkOptions = { ...SHRINK, shrink: "all" };
    const space = createSpace({
      kind: "shrinkage",
      base,
      grain: "leaf",
      shrink,
    });
    const variables = shrinkVariables(base, shrink);
    assert.deepEqual(
      space.decisions,
      variables.flatMap((free, leaf) =>
        free.length === 0
          ? [{ leaves: [leaf] }]
          : free.map((variable) => ({ leaves: [leaf], variable }))
      ),
    );
    assert.deepEqual(
      space.sequence.mask,
      space.decisions.map((decision) => "variable" in decision),
    );
    fc.assert(
      fc.property(actionsOf(space), (actions) => {
        const ratios = leaves(base).map((): Record<string, number> => ({}));
        for (const [i, { leaves, variable }] of space.decisions.entries()) {
          if (variable === undefined) continue;
          ratios[leaves[0]!]![variable] = (actions[i]! + 1) / 10;
        }
        assert.deepEqual(
          space.apply(actions),
          shrinkLayers(base, ratios as ShrinkRatios[], shrink),
        );
      }),
      { numRuns: 40 },
    );
  });
}

Deno.test("createSpace() tells the sizes of a layer apart when each is a decision", () => {
  const space = createSpace({
    kind: "shrinkage",
    base: PLAIN,
    grain: "leaf",
    shrink: { shrink: "all" },
  });
  const features = layerFeatures(PLAIN);
  const steps = space.decisions.map(({ leaves, variable }, i) => {
    const row = [...space.sequence.features[i]!];
    const leaf = leaves[0]!;
    assert.deepEqual(row.slice(0, -4), [...features[leaf]!]);
    return [leaf, variable, row.slice(-4).join("")];
  });
  assert.deepEqual(steps, [
    [0, "kernel", "3000"],
    [0, "padding", "0030"],
    [0, "channels", "0003"],
    [1, undefined, "0000"],
    [2, undefined, "0000"],
    [3, "kernel", "3000"],
    [3, "padding", "0030"],
    [3, "channels", "0003"],
    [4, undefined, "0000"],
    [5, undefined, "0000"],
    [6, "kernel", "3000"],
    [6, "stride", "0300"],
    [7, undefined, "0000"],
    [8, undefined, "0000"],
  ]);
});

Deno.test("createSpace() passes on how features are encoded", () => {
  const features = { set: "paper" } as const;
  const space = createSpace({
    kind: "removal",
    base: PLAIN,
    grain: "leaf",
    shrink: {},
    features,
  });
  assert.deepEqual(space.sequence.features, layerFeatures(PLAIN, features));
});
