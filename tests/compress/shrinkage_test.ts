import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import { countParameters, leaves, resnet } from "../../lib/network/mod.ts";
import {
  shrinkLayers,
  shrinkMask,
  type ShrinkOptions,
} from "../../lib/compress/mod.ts";
import {
  BN,
  conv,
  GLOBAL,
  LINEAR,
  PLAIN,
  POOL,
  RELU,
  SMALL_RESNET,
} from "./_networks.ts";

type Ratios = Readonly<Record<number, number>>;

function shrunk(
  network: Network,
  ratios: Ratios,
  options?: ShrinkOptions,
): Network {
  const outcome = shrink(network, ratios, options);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.network;
}

function rejected(
  network: Network,
  ratios: Ratios,
  options?: ShrinkOptions,
): string {
  const outcome = shrink(network, ratios, options);
  assert.ok(!outcome.ok, "expected a rejection");
  return `${outcome.rejection.rule}: ${outcome.rejection.reason}`;
}

function shrink(network: Network, ratios: Ratios, options?: ShrinkOptions) {
  const all = leaves(network).map(({ index }) => ratios[index] ?? 1);
  return shrinkLayers(network, all, options);
}

function free(network: Network, rules?: ShrinkOptions): number[] {
  return [...shrinkMask(network, rules).entries()]
    .filter(([, isFree]) => isFree).map(([index]) => index);
}

Deno.test("shrinkMask() frees the convolutions that choose a width when shrinking channels", () => {
  assert.deepEqual(free(PLAIN), [0, 3]);
  // Not 6, forced to its block's input; not 13, which follows 11.
  assert.deepEqual(free(SMALL_RESNET), [0, 3, 8, 11]);
  // ResNet-18: the stem, 8 first and 3 second convolutions of blocks.
  const teacher = resnet({ depth: 18, input: [3, 32, 32], classes: 10 });
  assert.equal(free(teacher).length, 12);
});

Deno.test("shrinkMask() fixes convolutions when they are at the minimum", () => {
  assert.deepEqual(free(PLAIN, { minChannels: 12 }), [3]);
  assert.deepEqual(free(PLAIN, { minChannels: 20 }), []);
  // Kernel and padding can still shrink, outside of blocks.
  assert.deepEqual(free(PLAIN, { minChannels: 20, shrink: "all" }), [0, 3, 6]);
  assert.deepEqual(free(SMALL_RESNET, { minChannels: 16, shrink: "all" }), [
    0,
    8,
    11,
  ]);
});

Deno.test("shrinkMask() frees what a ratio can change when shrinking all", () => {
  const pool = (kernel: number, stride: number) =>
    ({ type: "maxPool", kernel, stride, padding: 0 }) as const;
  const network: Network = {
    input: [3, 16, 16],
    blocks: [
      conv(8, { kernel: 1 }),
      conv(8, { kernel: 1, padding: 1 }),
      pool(1, 1),
      pool(1, 2),
      conv(10),
      pool(9, 9),
    ],
  };
  // Not 4, which sets the classes, nor the last leaf.
  assert.deepEqual(free(network, { shrink: "all" }), [1, 3]);
});

Deno.test("shrinkMask() fixes strides outside blocks and the class convolution when there is no linear layer", () => {
  const network: Network = {
    input: [3, 16, 16],
    blocks: [conv(16), conv(16, { stride: 2 }), RELU, conv(12), GLOBAL],
  };
  assert.deepEqual(free(network), [0]);
  assert.deepEqual(free(network, { shrink: "all" }), [0]);
});

Deno.test("shrinkLayers() scales channels down to the minimum when plain", () => {
  const student = shrunk(PLAIN, { 0: 0.5, 3: 0.5 });
  // floor(12 * 0.5) = 6 becomes 10; floor(20 * 0.5) = 10.
  // 100 + 20, 10*9*10+10 = 910 + 20, linear (10*16)*10+10 = 1,610
  assert.equal(countParameters(student), 2_660);
  assert.deepEqual(student.blocks[0], conv(10, { bias: true }));
  // 3 and 5 channels: 30 + 6, 3*9*5+5 = 140 + 10, (5*16)*10+10 = 810
  const small = shrunk(PLAIN, { 0: 0.3, 3: 0.25 }, { minChannels: 3 });
  assert.equal(countParameters(small), 996);
});

Deno.test("shrinkLayers() never widens a convolution when it is below the minimum", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [conv(4), conv(40), GLOBAL, LINEAR],
  };
  assert.deepEqual(shrunk(network, { 0: 0.1, 1: 0.1 }).blocks.slice(0, 2), [
    conv(4),
    conv(10),
  ]);
});

Deno.test("shrinkLayers() takes decimal ratios at their word when binary falls short", () => {
  // 90 * 0.7 is 62.99999999999999
  const network: Network = {
    input: [3, 8, 8],
    blocks: [conv(90), GLOBAL, LINEAR],
  };
  assert.deepEqual(shrunk(network, { 0: 0.7 }).blocks[0], conv(63));
});

Deno.test("shrinkLayers() keeps residual blocks valid when widths change", () => {
  const student = shrunk(SMALL_RESNET, { 0: 0.8, 3: 0.7, 8: 0.5, 11: 0.6 });
  assert.deepEqual(student.blocks.slice(0, 5), [
    conv(12),
    BN,
    RELU,
    {
      type: "residual",
      body: [conv(11), BN, RELU, conv(12), BN],
      shortcut: [],
    },
    {
      type: "residual",
      body: [conv(16, { stride: 2 }), BN, RELU, conv(19), BN],
      shortcut: [conv(19, { kernel: 1, stride: 2 }), BN],
    },
  ]);
  // 324 + 24; 1,188 + 22 + 1,188 + 24; 1,728 + 32 + 2,736 + 38 + 228 + 38; 200
  assert.equal(countParameters(student), 7_770);
});

Deno.test("shrinkLayers() ignores ratios when they are not free", () => {
  const all = leaves(SMALL_RESNET).map(({ index }) =>
    [0, 3, 8, 11].includes(index) ? 1 : 0.1
  );
  const outcome = shrinkLayers(SMALL_RESNET, all);
  assert.equal(!outcome.ok && outcome.rejection.rule, "noReduction");
});

Deno.test("shrinkLayers() lets the shortcut follow when the body has no convolution", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(20),
      { type: "residual", body: [BN], shortcut: [conv(20)] },
      { type: "residual", body: [], shortcut: [conv(24)] },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(free(network), [0]);
  assert.deepEqual(shrunk(network, { 0: 0.5 }).blocks.slice(0, 3), [
    conv(10),
    { type: "residual", body: [BN], shortcut: [conv(10)] },
    { type: "residual", body: [], shortcut: [conv(24)] },
  ]);
});

Deno.test("shrinkLayers() lets the body follow when a linear layer ends the shortcut", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(20),
      GLOBAL,
      {
        type: "residual",
        body: [conv(16)],
        shortcut: [{ ...LINEAR, outFeatures: 16 }],
      },
      LINEAR,
    ],
  };
  assert.deepEqual(free(network), [0]);
  assert.deepEqual(shrunk(network, { 0: 0.5 }).blocks.slice(2), [
    network.blocks[2],
    LINEAR,
  ]);
});

Deno.test("shrinkLayers() keeps the classes when the last block sets them", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(20),
      { type: "residual", body: [conv(20), conv(12)], shortcut: [conv(12)] },
      { type: "residual", body: [conv(20), conv(12)], shortcut: [] },
      GLOBAL,
    ],
  };
  assert.deepEqual(free(network), [0, 1, 4]);
  const student = shrunk(network, { 0: 0.5, 1: 0.5, 4: 0.5 });
  assert.deepEqual(student.blocks.slice(1, 3), [
    { type: "residual", body: [conv(10), conv(12)], shortcut: [conv(12)] },
    { type: "residual", body: [conv(10), conv(12)], shortcut: [] },
  ]);
});

Deno.test("shrinkLayers() shrinks kernels, padding and pools when asked for all", () => {
  const shrink = "all" as const;
  const kernels = [0.6, 0.7, 0.9, 1].map((ratio) =>
    shrunk(PLAIN, { 3: ratio, 0: 0.9 }, { shrink }).blocks[3]
  );
  const fields = { bias: true, padding: 0 };
  assert.deepEqual(kernels, [
    conv(12, { ...fields, kernel: 1 }),
    conv(14, { ...fields, kernel: 2 }),
    conv(18, { ...fields, kernel: 2 }),
    conv(20, { ...fields, kernel: 3, padding: 1 }),
  ]);
  const pool = { type: "maxPool", kernel: 1, stride: 1, padding: 0 };
  // Removing the pool's effect costs more than the convolutions save, so both:
  const student = shrunk(PLAIN, { 3: 0.1, 6: 0.9, 0: 0.1 }, {
    shrink,
    minChannels: 1,
  });
  assert.deepEqual(student.blocks[6], pool);
  // conv 1*1+1 = 2, BN 2, conv 1*2+2 = 4, BN 4, linear (2*8*8)*10+10 = 1,290
  assert.equal(countParameters(student), 1_302);
});

Deno.test("shrinkLayers() keeps a pool's padding at most half its kernel when asked for all", () => {
  const network: Network = {
    input: [3, 16, 16],
    blocks: [
      conv(40),
      { type: "maxPool", kernel: 5, stride: 4, padding: 2 },
      LINEAR,
    ],
  };
  const student = shrunk(network, { 0: 0.1, 1: 0.7 }, {
    shrink: "all",
    minChannels: 1,
  });
  assert.deepEqual(student.blocks[1], {
    type: "maxPool",
    kernel: 3,
    stride: 2,
    padding: 1,
  });
});

Deno.test("shrinkLayers() changes only channels in residual blocks when asked for all", () => {
  const student = shrunk(
    SMALL_RESNET,
    { 3: 0.7, 8: 0.5, 11: 0.6 },
    { shrink: "all" },
  );
  assert.deepEqual(student, shrunk(SMALL_RESNET, { 3: 0.7, 8: 0.5, 11: 0.6 }));
});

Deno.test("shrinkLayers() rejects a window when it no longer fits its map", () => {
  const network: Network = {
    input: [3, 6, 6],
    blocks: [
      conv(16),
      conv(16),
      { type: "avgPool", kernel: 6, stride: 6 },
      LINEAR,
    ],
  };
  assert.match(
    rejected(network, { 0: 0.9 }, { shrink: "all" }),
    /^shape: blocks\.2: avgPool kernel is 6 /,
  );
});

Deno.test("shrinkLayers() rejects a linear layer when it gets too few inputs", () => {
  // 10 channels on 4x4
  const ratios = { 3: 0.1 };
  assert.equal(
    rejected(PLAIN, ratios, { minLinearInputs: 161 }),
    "linearTooSmall: the linear layer has 160 inputs, expected at least 161",
  );
  assert.ok(shrunk(PLAIN, ratios, { minLinearInputs: 160 }));
  // 8 channels on 1x1, from 32 and from 9
  const network = (channels: number): Network => ({
    input: [3, 8, 8],
    blocks: [conv(channels), RELU, GLOBAL, LINEAR],
  });
  assert.match(
    rejected(network(32), { 0: 0.25 }, { minChannels: 1 }),
    /^linearTooSmall: the linear layer has 8 inputs, expected at least 10$/,
  );
  assert.match(
    rejected(network(9), { 0: 0.9 }, { minChannels: 1 }),
    /expected at least 9$/,
  );
});

Deno.test("shrinkLayers() rejects when no ratio is below 1", () => {
  assert.match(rejected(PLAIN, {}), /^noReduction: .* 5574 .* 5574$/);
});

Deno.test("shrinkLayers() rejects when a pool shrinks and the linear layer outgrows the base", () => {
  assert.match(rejected(PLAIN, { 6: 0.5 }, { shrink: "all" }), /^noReduction/);
});

Deno.test("shrinkLayers() throws when ratios or the minimum are out of range", () => {
  for (const ratio of [0, -0.5, 1.1, NaN, Infinity]) {
    assert.throws(() => shrink(PLAIN, { 2: ratio }), {
      name: "RangeError",
      message:
        `Cannot shrink layers: the ratio of leaf 2 is ${ratio}, expected 0 < ratio <= 1`,
    });
  }
  assert.throws(() => shrinkLayers(PLAIN, [1, 1]), {
    name: "RangeError",
    message:
      "Cannot shrink layers: the number of actions is 2, expected 9 (one per leaf)",
  });
  for (const minChannels of [0, 1.5, NaN]) {
    assert.throws(() => shrinkMask(PLAIN, { minChannels }), {
      name: "RangeError",
      message:
        `Cannot shrink layers: minChannels is ${minChannels}, expected an integer >= 1`,
    });
  }
});

Deno.test("shrinkLayers() freezes the student and not its base when it succeeds", () => {
  const base = structuredClone(SMALL_RESNET);
  const student = shrunk(base, { 3: 0.7, 6: 0.1 });
  assert.deepEqual(base, SMALL_RESNET);
  assert.ok(!Object.isFrozen(base.blocks[1]));
  assert.ok(Object.isFrozen(student.blocks[1]));
});

Deno.test("shrinkLayers() accepts a pool in a body when asked for all", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(16),
      {
        type: "residual",
        body: [conv(16), POOL, conv(16)],
        shortcut: [conv(16, { stride: 2 })],
      },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(free(network, { shrink: "all" }), [0, 1, 3]);
  const student = shrunk(network, { 1: 0.7, 2: 0.5 }, { shrink: "all" });
  assert.deepEqual(student.blocks[1], {
    type: "residual",
    body: [conv(11), POOL, conv(16)],
    shortcut: [conv(16, { stride: 2 })],
  });
});

Deno.test("shrinkLayers() pads as many channels as the body has, and keeps those of the stream", () => {
  const zeros = (before: number, after: number) => [
    { type: "avgPool", kernel: 1, stride: 2 } as const,
    { type: "padChannels", before, after } as const,
  ];
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(16),
      {
        type: "residual",
        body: [conv(32, { stride: 2 }), conv(32)],
        shortcut: zeros(4, 12),
      },
      { type: "residual", body: [conv(32), conv(32)], shortcut: [] },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(free(network), [0, 1, 2, 5]);
  const blockOf = (ratios: Readonly<Record<number, number>>) =>
    shrunk(network, ratios).blocks.slice(1, 3);
  // 24 - 16 channels are zeros, a quarter of them before.
  assert.deepEqual(blockOf({ 2: 0.75 }), [
    {
      type: "residual",
      body: [conv(32, { stride: 2 }), conv(24)],
      shortcut: zeros(2, 6),
    },
    { type: "residual", body: [conv(32), conv(24)], shortcut: [] },
  ]);
  // A third of 32 is less than what comes in.
  assert.deepEqual(blockOf({ 2: 0.3 })[0], {
    type: "residual",
    body: [conv(32, { stride: 2 }), conv(16)],
    shortcut: zeros(0, 0),
  });
  // What comes in became less: the body may too.
  assert.deepEqual(blockOf({ 0: 0.7, 2: 0.4 })[0], {
    type: "residual",
    body: [conv(32, { stride: 2 }), conv(12)],
    shortcut: zeros(0, 1),
  });
});
