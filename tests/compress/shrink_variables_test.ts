import assert from "node:assert/strict";
import fc from "fast-check";
import { leaves, type Network } from "../../lib/network/mod.ts";
import {
  shrinkLayers,
  shrinkMask,
  type ShrinkOptions,
  type ShrinkRatios,
  shrinkVariables,
} from "../../lib/compress/mod.ts";
import { assertSound, shrinkRules, tenth, withActions } from "./_actions.ts";
import {
  anyNetwork,
  conv,
  GLOBAL,
  LINEAR,
  PLAIN,
  SMALL_RESNET,
} from "./_networks.ts";

const ALL = { shrink: "all", minChannels: 1 } as const;

function shrunk(
  network: Network,
  ratios: Readonly<Record<number, ShrinkRatios>>,
  options: ShrinkOptions = ALL,
): Network {
  const outcome = shrinkLayers(
    network,
    leaves(network).map(({ index }) => ratios[index] ?? 1),
    options,
  );
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.network;
}

const ratio = tenth.map((n) => n / 10);
const anyRatios = withActions<number | ShrinkRatios>(
  anyNetwork,
  fc.oneof(
    ratio,
    fc.record({
      channels: ratio,
      kernel: ratio,
      stride: ratio,
      padding: ratio,
    }, { requiredKeys: [] }),
  ),
  1,
);

Deno.test("shrinkVariables() lists channels only when channels shrink", () => {
  const none: readonly string[] = [];
  assert.deepEqual(shrinkVariables(PLAIN), [
    ["channels"],
    none,
    none,
    ["channels"],
    none,
    none,
    none,
    none,
    none,
  ]);
});

Deno.test("shrinkVariables() lists what a ratio can change when all shrinks", () => {
  const network: Network = {
    input: [3, 16, 16],
    blocks: [
      conv(20),
      conv(20, { kernel: 1 }),
      conv(8, { kernel: 3, padding: 0 }),
      conv(20, { stride: 2 }),
      { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
      { type: "maxPool", kernel: 1, stride: 2, padding: 0 },
      { type: "residual", body: [conv(16), conv(20)], shortcut: [] },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(shrinkVariables(network, { shrink: "all" }), [
    ["kernel", "padding", "channels"],
    ["channels"],
    ["kernel"],
    [],
    ["kernel", "stride", "padding"],
    ["stride"],
    ["channels"],
    [],
    [],
    [],
  ]);
});

Deno.test("shrinkVariables() agrees with shrinkMask() when rules are any", () => {
  fc.assert(
    fc.property(anyNetwork, shrinkRules, (network, rules) => {
      const variables = shrinkVariables(network, rules);
      assert.deepEqual(
        variables.map(({ length }) => length > 0),
        shrinkMask(network, rules),
      );
      if (rules.shrink === "channels") {
        assert.ok(variables.flat().every((name) => name === "channels"));
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("shrinkVariables() lists exactly the sizes that the smallest ratio changes", () => {
  let changed = 0;
  fc.assert(
    fc.property(anyNetwork, shrinkRules, (network, rules) => {
      const free = shrinkVariables(network, rules);
      const before = leaves(network);
      for (const [i, { layer }] of before.entries()) {
        for (
          const name of ["kernel", "stride", "padding", "channels"] as const
        ) {
          const outcome = shrinkLayers(
            network,
            before.map(({ index }) => index === i ? { [name]: 0.01 } : 1),
            { ...rules, minLinearInputs: 1, maxLinearInputs: Infinity },
          );
          if (!outcome.ok) continue;
          changed++;
          assert.ok(free[i]!.includes(name), `${name} of leaf ${i}`);
          assert.notDeepEqual(leaves(outcome.network)[i]!.layer, layer);
        }
      }
    }),
    { numRuns: 20 },
  );
  assert.ok(changed > 100, `only ${changed} students`);
});

Deno.test("shrinkLayers() scales each size by its own ratio when given one for each", () => {
  // Leaf 3 is a 3x3 convolution of 20 channels, leaf 6 a 2x2 pool of stride 2.
  assert.deepEqual(
    shrunk(PLAIN, { 3: { channels: 0.5 } }).blocks[3],
    conv(10, { bias: true }),
  );
  assert.deepEqual(
    shrunk(PLAIN, { 3: { kernel: 0.4, padding: 0.9 } }).blocks[3],
    conv(20, { bias: true, kernel: 1, padding: 0 }),
  );
  assert.deepEqual(
    shrunk(PLAIN, { 3: { channels: 0.1 }, 6: { kernel: 0.5 } }).blocks[6],
    { type: "maxPool", kernel: 1, stride: 2, padding: 0 },
  );
  assert.deepEqual(
    shrunk(PLAIN, { 3: { channels: 0.1 }, 6: { stride: 0.9 } }).blocks[6],
    { type: "maxPool", kernel: 2, stride: 1, padding: 0 },
  );
});

Deno.test("shrinkLayers() ignores ratios of sizes when they are not free", () => {
  const rest = { kernel: 0.1, stride: 0.1, padding: 0.1 };
  assert.deepEqual(
    shrunk(SMALL_RESNET, { 3: { ...rest, channels: 0.7 } }),
    shrunk(SMALL_RESNET, { 3: { channels: 0.7 } }),
  );
  assert.deepEqual(
    shrunk(PLAIN, { 3: { ...rest, channels: 0.7 }, 6: rest }, {}),
    shrunk(PLAIN, { 3: { channels: 0.7 } }, {}),
  );
});

Deno.test("shrinkLayers() gives equal outcomes when one ratio is written for each size", () => {
  fc.assert(
    fc.property(
      withActions(anyNetwork, ratio, 1),
      shrinkRules,
      ([network, ratios], rules) =>
        assert.deepEqual(
          shrinkLayers(
            network,
            ratios.map((r) => ({
              channels: r,
              kernel: r,
              stride: r,
              padding: r,
            })),
            rules,
          ),
          shrinkLayers(network, ratios, rules),
        ),
    ),
    { numRuns: 100 },
  );
});

Deno.test("shrinkLayers() gives a sound outcome when ratios differ within layers", () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyRatios, shrinkRules, ([network, ratios], rules) => {
      const outcome = shrinkLayers(network, ratios, rules);
      assertSound(outcome, network);
      if (outcome.ok) accepted++;
    }),
    { numRuns: 300 },
  );
  assert.ok(accepted > 100, `only ${accepted} accepted`);
});

Deno.test("shrinkLayers() rejects a pool when its padding outgrows its kernel", () => {
  const network: Network = {
    input: [3, 16, 16],
    blocks: [
      conv(40),
      { type: "maxPool", kernel: 3, stride: 2, padding: 1 },
      LINEAR,
    ],
  };
  const outcome = shrinkLayers(network, [
    { channels: 0.1 },
    { kernel: 0.1 },
    1,
  ], ALL);
  assert.ok(!outcome.ok);
  assert.equal(outcome.rejection.rule, "shape");
  assert.match(outcome.rejection.reason, /^blocks\.1: maxPool padding is 1/);
});

Deno.test("shrinkLayers() throws when the ratio of one size is out of range", () => {
  for (const channels of [0, 1.5, NaN]) {
    assert.throws(() => shrunk(PLAIN, { 2: { kernel: 1, channels } }), {
      name: "RangeError",
      message:
        `Cannot shrink layers: the channels ratio of leaf 2 is ${channels}, expected 0 < ratio <= 1`,
    });
  }
});
