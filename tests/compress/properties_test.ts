import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Conv,
  countParameters,
  type Layer,
  leaves,
  resnet,
  vgg,
} from "../../lib/network/mod.ts";
import {
  removalMask,
  removeLayers,
  shrinkLayers,
  shrinkMask,
} from "../../lib/compress/mod.ts";
import { assertSound, shrinkRules, tenth, withActions } from "./_actions.ts";
import { anyNetwork, anyResidual } from "./_networks.ts";

/** All of a layer that removal may not change. */
function fixedFields(layer: Layer): unknown {
  if (layer.type === "padChannels") return { ...layer, before: 0, after: 0 };
  return layer.type === "conv" ? { ...layer, outChannels: 0 } : layer;
}

Deno.test("removeLayers() gives a sound outcome when decisions are any", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      withActions(anyNetwork, fc.boolean(), true),
      ([network, keep]) => {
        const outcome = removeLayers(network, keep);
        assertSound(outcome, network);
        if (!outcome.ok) return;
        accepted++;
        // The student's leaves are the kept ones, in order.
        const mask = removalMask(network);
        const expected = leaves(network).filter((_, i) => keep[i] || !mask[i]);
        const found = leaves(outcome.network);
        assert.deepEqual(
          outcome.origin.leaves,
          expected.map(({ index }) => index),
        );
        assert.deepEqual(
          found.map(({ layer }) => fixedFields(layer)),
          expected.map(({ layer }) => fixedFields(layer)),
        );
        for (const [i, { layer, residual }] of found.entries()) {
          assert.equal(residual?.place, expected[i]!.residual?.place);
          // Only the last convolution of a body may take other channels.
          const rest = found.slice(i + 1).filter(({ path }) =>
            path[1] === found[i]!.path[1] && path[2] === "body"
          );
          const isLastInBody = residual?.place === "body" &&
            !rest.some((leaf) => leaf.layer.type === "conv");
          if (!isLastInBody) assert.deepEqual(layer, expected[i]!.layer);
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(accepted > 100, `only ${accepted} accepted`);
});

Deno.test("removeLayers() rejects a ResNet of basic blocks only when nothing gets smaller", () => {
  const network = resnet({
    depth: 18,
    input: [3, 32, 32],
    classes: 10,
    width: 0.25,
  });
  fc.assert(
    fc.property(
      withActions(fc.constant(network), fc.boolean(), true),
      ([, keep]) => {
        const outcome = removeLayers(network, keep);
        const mask = removalMask(network);
        const removes = leaves(network).some(({ layer }, i) =>
          mask[i] && !keep[i] && layer.type !== "relu"
        );
        assert.equal(outcome.ok, removes);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("removeLayers() and shrinkLayers() ignore actions when they are not free", () => {
  fc.assert(
    fc.property(
      withActions(
        anyNetwork,
        fc.record({
          keep: fc.boolean(),
          ratio: tenth.map((n) => n / 10),
          other: tenth.map((n) => n / 10),
        }),
        { keep: true, ratio: 1, other: 0.3 },
      ),
      shrinkRules,
      ([network, actions], rules) => {
        const keepMask = removalMask(network);
        assert.deepEqual(
          removeLayers(
            network,
            actions.map(({ keep }, i) => keepMask[i] ? keep : !keep),
          ),
          removeLayers(network, actions.map(({ keep }) => keep)),
        );
        const mask = shrinkMask(network, rules);
        assert.deepEqual(
          shrinkLayers(
            network,
            actions.map(({ ratio, other }, i) => mask[i] ? ratio : other),
            rules,
          ),
          shrinkLayers(network, actions.map(({ ratio }) => ratio), rules),
        );
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("removeLayers() and shrinkLayers() change the outcome when a free action changes", () => {
  fc.assert(
    fc.property(
      withActions(anyNetwork, fc.boolean(), false),
      fc.nat(),
      shrinkRules,
      ([network, keep], pick, rules) => {
        const free = [...removalMask(network).entries()]
          .filter(([, isFree]) => isFree).map(([i]) => i);
        const flipped = free[pick % free.length]!;
        const one = removeLayers(network, keep);
        const two = removeLayers(
          network,
          keep.map((kept, i) => i === flipped ? !kept : kept),
        );
        if (one.ok && two.ok) assert.notDeepEqual(one.network, two.network);

        const shrinkable = [...shrinkMask(network, rules).entries()]
          .filter(([, isFree]) => isFree).map(([i]) => i);
        const target = shrinkable[pick % shrinkable.length];
        if (target === undefined) return;
        const ratios: number[] = keep.map((high, i) =>
          i === target ? 1 : high ? 0.9 : 0.4
        );
        const full = shrinkLayers(network, ratios, rules);
        const small = shrinkLayers(network, ratios.with(target, 0.1), rules);
        if (full.ok && small.ok) assert.notDeepEqual(full, small);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("shrinkLayers() gives a sound outcome and exact widths when ratios are any", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      withActions(anyNetwork, tenth, 10),
      shrinkRules,
      ([network, tenths], rules) => {
        const outcome = shrinkLayers(network, tenths.map((n) => n / 10), rules);
        assertSound(outcome, network);
        if (!outcome.ok) return;
        accepted++;
        const mask = shrinkMask(network, rules);
        const base = leaves(network);
        const found = leaves(outcome.network);
        assert.deepEqual(
          outcome.origin.leaves,
          base.map(({ index }) => index),
        );
        assert.deepEqual(
          found.map(({ path, layer }) => [path, layer.type]),
          base.map(({ path, layer }) => [path, layer.type]),
        );
        for (const [i, { layer, residual }] of found.entries()) {
          const before = base[i]!.layer;
          if (layer.type === "conv" && before.type === "conv" && mask[i]) {
            const least = Math.min(before.outChannels, rules.minChannels ?? 10);
            const scaled = Math.floor(before.outChannels * tenths[i]! / 10);
            const block = outcome.network.blocks[found[i]!.path[1]]!;
            // Beside zeros a body keeps the channels that come in.
            const stream = block.type === "residual" &&
                block.shortcut.at(-1)?.type === "padChannels" &&
                !found.slice(i + 1).some((leaf) =>
                  leaf.path[1] === found[i]!.path[1] &&
                  leaf.layer.type === "conv"
                )
              ? found.find(({ path }) => path[1] === found[i]!.path[1])!
                .input[0]
              : 0;
            const width = Math.max(scaled, least, stream);
            assert.equal(layer.outChannels, width);
          }
          if (rules.shrink === "channels" || residual !== undefined) {
            assert.deepEqual(fixedFields(layer), fixedFields(before));
          }
          if (!mask[i] && residual === undefined) {
            assert.deepEqual(layer, before);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(accepted > 100, `only ${accepted} accepted`);
});

Deno.test("shrinkLayers() rejects only for size when it shrinks channels", () => {
  // Maps keep their size and every block stays in step, whatever the ratios.
  fc.assert(
    fc.property(
      withActions(anyNetwork, tenth, 10),
      ([network, tenths]) => {
        const outcome = shrinkLayers(network, tenths.map((n) => n / 10));
        if (!outcome.ok) assert.equal(outcome.rejection.rule, "noReduction");
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("shrinkLayers() continues from any student of removeLayers()", () => {
  fc.assert(
    fc.property(
      withActions(anyNetwork, fc.boolean(), true),
      fc.array(tenth, { minLength: 60, maxLength: 60 }),
      shrinkRules,
      ([network, keep], tenths, rules) => {
        const first = removeLayers(network, keep);
        if (!first.ok) return;
        const ratios = leaves(first.network).map((_, i) => tenths[i]! / 10);
        assertSound(shrinkLayers(first.network, ratios, rules), first.network);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("removeLayers(), then shrinkLayers(), give sound outcomes on ResNet-34 and bottlenecks when actions are any", () => {
  const options = { input: [3, 16, 16], classes: 10, width: 0.3 } as const;
  const networks = [
    resnet({ depth: 34, ...options }),
    resnet({ depth: 50, ...options }),
    resnet({ depth: 50, stem: "imagenet", ...options }),
  ];
  let both = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...networks),
      // Few, some or most layers go.
      fc.constantFrom(0.1, 0.5, 0.9),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      shrinkRules,
      (network, share, draws, rules) => {
        const draw = () => draws.next().value as number;
        const first = removeLayers(
          network,
          leaves(network).map(() => draw() > share),
        );
        assertSound(first, network);
        if (!first.ok) return;
        const second = shrinkLayers(
          first.network,
          leaves(first.network).map(() => Math.ceil(10 * draw() || 1) / 10),
          rules,
        );
        assertSound(second, first.network);
        if (second.ok) both++;
      },
    ),
    { numRuns: 90 },
  );
  assert.ok(both > 10, `only ${both} went through both stages`);
});

Deno.test("removeLayers() handles the paper's networks when all, none or every other layer goes", () => {
  const networks = [
    vgg({ depth: 11, input: [3, 32, 32], classes: 10, width: 0.25 }),
    vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.25 }),
    resnet({ depth: 18, input: [3, 32, 32], classes: 10, width: 0.25 }),
  ];
  const results = networks.map((network) => {
    const count = leaves(network).length;
    return [() => false, () => true, (i: number) => i % 2 === 0].map((rule) => {
      const keep = Array.from({ length: count }, (_, i) => rule(i));
      const outcome = removeLayers(network, keep);
      assertSound(outcome, network);
      return outcome.ok
        ? countParameters(outcome.network)
        : outcome.rejection.rule;
    });
  });
  assert.deepEqual(results, [
    [
      // 448 + linear on 16x32x32
      164_298,
      "noReduction",
      // conv 448 + 4,640 + 18,496, BN 2 * 128, conv 73,856 + 147,584, BN 256,
      // linear on 128x8x8: pools 14 and 28 are kept
      327_466,
    ],
    [
      // 160 + linear on 16x28x28
      125_610,
      "noReduction",
      // conv 160, BN 2 * 32, conv 4,640 + 18,496, BN 2 * 128, conv 73,856 +
      // 147,584, BN 256, linear on 128x7x7: pools 6 and 20 are kept
      308_042,
    ],
    [
      // stem 432, strided 4,608 + 18,432 + 73,728, shortcuts 576 + 2,176 +
      // 8,448, linear 1,290
      109_690,
      "noReduction",
      // stem 432, blocks 2 * 2,336, 14,464, 9,280, 57,600, 36,992, 229,888,
      // 147,712, linear 1,290
      502_330,
    ],
  ]);
});

Deno.test("shrinkLayers() keeps bodies and shortcuts in step when everything shrinks to the utmost", () => {
  fc.assert(
    fc.property(anyResidual, (network) => {
      const outcome = shrinkLayers(network, leaves(network).map(() => 0.1), {
        minChannels: 1,
        minLinearInputs: 1,
      });
      if (!outcome.ok) return assertSound(outcome, network);
      for (const block of outcome.network.blocks) {
        if (block.type !== "residual" || block.shortcut.length === 0) continue;
        const zeros = block.shortcut.at(-1)!;
        if (zeros.type === "padChannels") {
          assert.ok(zeros.before >= 0 && zeros.after >= 0);
          continue;
        }
        const lastOf = (layers: readonly Layer[]) =>
          layers.findLast((layer): layer is Conv => layer.type === "conv")!;
        assert.equal(
          lastOf(block.body).outChannels,
          lastOf(block.shortcut).outChannels,
        );
      }
    }),
    { numRuns: 50 },
  );
});
