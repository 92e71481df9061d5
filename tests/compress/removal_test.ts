import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import {
  countParameters,
  leaves,
  resnet,
  squeezenet,
  vgg,
} from "../../lib/network/mod.ts";
import {
  removalMask,
  removeLayers,
  shrinkLayers,
  shrinkMask,
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

/** The student's size, after removing the leaves of these indices. */
function sizeWithout(network: Network, ...removed: number[]): number {
  return countParameters(without(network, ...removed));
}

function without(network: Network, ...removed: number[]): Network {
  const outcome = removeLayers(
    network,
    leaves(network).map(({ index }) => !removed.includes(index)),
  );
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.network;
}

function rejected(network: Network, ...removed: number[]): string {
  const outcome = removeLayers(
    network,
    leaves(network).map(({ index }) => !removed.includes(index)),
  );
  assert.ok(!outcome.ok, "expected a rejection");
  return `${outcome.rejection.rule}: ${outcome.rejection.reason}`;
}

function freeCount(network: Network): number {
  return removalMask(network).filter((free) => free).length;
}

Deno.test("removalMask() leaves the paper's number of decisions free for its networks", () => {
  const input = [3, 32, 32] as const;
  assert.equal(freeCount(resnet({ depth: 18, input, classes: 10 })), 39);
  assert.equal(freeCount(resnet({ depth: 34, input, classes: 10 })), 79);
  assert.equal(freeCount(vgg({ depth: 11, input, classes: 10 })), 28);
  assert.equal(freeCount(vgg({ depth: 13, input, classes: 10 })), 34);
  assert.equal(freeCount(vgg({ depth: 19, input, classes: 10 })), 52);
});

Deno.test("removalMask() fixes ends, strides, shortcuts and head when residual", () => {
  const text = removalMask(SMALL_RESNET).map((free) => free ? "1" : "0");
  assert.equal(text.join(""), "01111111011110000");
});

Deno.test("removalMask() fixes the class convolution when there is no linear layer", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [conv(16), RELU, conv(10), RELU, GLOBAL],
  };
  assert.deepEqual(removalMask(network), [false, true, false, true, false]);
});

Deno.test("removalMask() fixes the last leaf and frees the class block's body when they are of a removable type", () => {
  const plain: Network = {
    input: [3, 8, 8],
    blocks: [conv(16), GLOBAL, LINEAR, RELU, { type: "dropout", rate: 0.5 }],
  };
  assert.deepEqual(removalMask(plain), [false, false, false, true, false]);
  const residual: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(16),
      { type: "residual", body: [conv(16), conv(10)], shortcut: [conv(10)] },
      GLOBAL,
    ],
  };
  assert.deepEqual(removalMask(residual), [false, true, true, false, false]);
});

Deno.test("removeLayers() refits the layers behind when a convolution goes", () => {
  assert.equal(countParameters(PLAIN), 5_574);
  // conv 120, BN 24, BN 2*12 = 24, linear (12*16)*10+10 = 1,930
  assert.equal(sizeWithout(PLAIN, 3), 2_098);
  // BN 24 less
  assert.equal(sizeWithout(PLAIN, 1), 5_550);
  // conv 120 and linear 1,930: all but the pool
  assert.equal(sizeWithout(PLAIN, 1, 2, 3, 4, 5), 2_050);
});

Deno.test("removeLayers() rejects when nothing gets smaller", () => {
  assert.equal(
    rejected(PLAIN),
    "noReduction: the student has 5574 parameters, expected fewer than the base network's 5574",
  );
  // ReLUs have no parameters, and without its pool the net has
  // 120 + (12*64)*10+10 = 7,810 parameters.
  assert.match(rejected(PLAIN, 2, 5), /^noReduction: .* 5574 /);
  assert.match(rejected(PLAIN, 1, 2, 3, 4, 5, 6), /^noReduction: .* 7810 /);
  assert.match(rejected(SMALL_RESNET), /^noReduction: /);
});

Deno.test("removeLayers() ignores decisions when they are not free", () => {
  const outcome = removeLayers(SMALL_RESNET, Array(17).fill(false));
  assert.ok(outcome.ok);
  const { blocks } = SMALL_RESNET;
  assert.deepEqual(outcome.network, {
    input: [3, 8, 8],
    blocks: [
      blocks[0],
      // The first block is emptied: the identity. The second keeps what ties
      // the body to the shortcut.
      {
        type: "residual",
        body: [conv(32, { stride: 2 })],
        shortcut: [conv(32, { kernel: 1, stride: 2 }), BN],
      },
      blocks[5],
      blocks[6],
    ],
  });
  assert.deepEqual(outcome.origin, { leaves: [0, 8, 13, 14, 15, 16] });
  // stem 432, body 16*9*32 = 4,608, shortcut 512 + 64, linear 330
  assert.equal(countParameters(outcome.network), 5_946);
});

Deno.test("removeLayers() applies each decision to its own leaf when alternating", () => {
  assert.equal(countParameters(SMALL_RESNET), 19_994);
  const student = without(SMALL_RESNET, 1, 3, 5, 7, 9, 11, 13, 15);
  assert.deepEqual(student.blocks.slice(0, 4), [
    conv(16),
    RELU,
    { type: "residual", body: [BN, conv(16)], shortcut: [] },
    {
      type: "residual",
      body: [conv(32, { stride: 2 }), RELU, BN],
      shortcut: [conv(32, { kernel: 1, stride: 2 }), BN],
    },
  ]);
  // 432, 32 + 2,304, 4,608 + 64, 512 + 64, 330
  assert.equal(countParameters(student), 8_346);
});

Deno.test("removeLayers() keeps actions aligned when shortcuts lie before", () => {
  // The last convolution of the third stage of ResNet-18: behind the stem's 3
  // leaves, blocks of 5, 5, 7, 5 and 7 (two shortcuts) and 3 of its own block.
  const teacher = resnet({
    depth: 18,
    input: [3, 32, 32],
    classes: 10,
    width: 0.25,
  });
  const index = 3 + 5 + 5 + 7 + 5 + 7 + 3;
  assert.deepEqual(leaves(teacher)[index]?.path, ["blocks", 8, "body", 3]);
  const student = without(teacher, index);
  const expected = structuredClone(teacher.blocks) as unknown as {
    body: unknown[];
  }[];
  expected[8]!.body.splice(3, 1);
  assert.deepEqual(student.blocks, expected);
});

Deno.test("removeLayers() gives the last body convolution the block's channels when the one behind goes", () => {
  const bottleneck: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(32),
      {
        type: "residual",
        body: [conv(8, { kernel: 1 }), BN, conv(8), BN, conv(32), BN],
        shortcut: [],
      },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(without(bottleneck, 5).blocks[1], {
    type: "residual",
    body: [conv(8, { kernel: 1 }), BN, conv(32), BN, BN],
    shortcut: [],
  });
  assert.deepEqual(without(bottleneck, 1, 3, 5).blocks[1], {
    type: "residual",
    body: [BN, BN, BN],
    shortcut: [],
  });
});

Deno.test("removeLayers() refits an identity block when its input gets other channels", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(8),
      conv(16),
      { type: "residual", body: [conv(16), RELU, conv(16)], shortcut: [] },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.deepEqual(without(network, 1).blocks[1], {
    type: "residual",
    body: [conv(16), RELU, conv(8)],
    shortcut: [],
  });
});

Deno.test("removeLayers() rejects a body without convolution when its channels differ", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(8),
      { type: "residual", body: [conv(16), BN], shortcut: [conv(16)] },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.equal(
    rejected(network, 1),
    "residualWidth: residual block 1 has no convolution left in its body to set the channels, which are 8, expected the shortcut's 16",
  );
  // Without any layer the body adds nothing.
  assert.deepEqual(without(network, 1, 2).blocks[1], {
    type: "residual",
    body: [],
    shortcut: [conv(16)],
  });
});

Deno.test("removeLayers() rejects a body when a linear layer sets its channels", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(8),
      conv(16),
      GLOBAL,
      {
        type: "residual",
        body: [conv(12), { ...LINEAR, outFeatures: 16 }],
        shortcut: [],
      },
      LINEAR,
    ],
  };
  assert.match(rejected(network, 1), /^residualWidth: .* are 16, .* 8$/);
});

Deno.test("removeLayers() rejects a body when its map no longer fits the shortcut's", () => {
  const network: Network = {
    input: [3, 8, 8],
    blocks: [
      conv(16),
      {
        type: "residual",
        body: [conv(16), POOL],
        shortcut: [conv(16, { stride: 2 })],
      },
      GLOBAL,
      LINEAR,
    ],
  };
  assert.match(rejected(network, 2), /^shape: blocks\.1: residual body/);
});

Deno.test("removeLayers() rejects a linear layer when it gets too many inputs", () => {
  const teacher = vgg({ depth: 13, input: [1, 28, 28], classes: 10 });
  const pools = leaves(teacher).filter(({ layer }) => layer.type === "maxPool")
    .map(({ index }) => index);
  // 512 channels on 28x28
  assert.equal(
    rejected(teacher, ...pools),
    "linearTooLarge: the linear layer has 401408 inputs, expected at most 50000",
  );
  const keep = leaves(PLAIN).map(({ index }) => index !== 3);
  const outcome = removeLayers(PLAIN, keep, { maxLinearInputs: 191 });
  assert.equal(!outcome.ok && outcome.rejection.rule, "linearTooLarge");
  assert.ok(removeLayers(PLAIN, keep, { maxLinearInputs: 192 }).ok);
});

Deno.test("removeLayers() throws when there is not one decision per leaf", () => {
  assert.throws(() => removeLayers(PLAIN, [true]), {
    name: "RangeError",
    message:
      "Cannot remove layers: the number of actions is 1, expected 9 (one per leaf)",
  });
});

Deno.test("removeLayers() freezes the student and not its base when it succeeds", () => {
  const base = structuredClone(SMALL_RESNET);
  const student = without(base, 11);
  assert.deepEqual(base, SMALL_RESNET);
  assert.ok(!Object.isFrozen(base.blocks[0]));
  assert.ok(Object.isFrozen(student.input));
  assert.ok(Object.isFrozen(student.blocks[0]));
  const block = student.blocks[4];
  assert.ok(block?.type === "residual" && Object.isFrozen(block.shortcut[0]));
});

Deno.test("removeLayers() and shrinkLayers() keep a concatenation's branches, and refit them to what comes before", () => {
  const network = squeezenet({ input: [3, 32, 32], classes: 10, width: 0.25 });
  const all = leaves(network);
  const keep = removalMask(network);
  const shrink = shrinkMask(network, { minChannels: 1 });
  for (const [i, { path }] of all.entries()) {
    if (path[2] === "branches") assert.ok(!keep[i] && !shrink[i]);
  }
  // The squeezes, their ReLUs, the pools, dropout and the ReLU of the head and
  // of the stem; neither stem nor head.
  assert.equal(keep.filter((free) => free).length, 8 + 8 + 3 + 1 + 2);
  assert.equal(shrink.filter((free) => free).length, 8);
  const squeezes = all.map(({ layer }, i) => layer.type === "conv" && keep[i]);
  const removed = removeLayers(network, squeezes.map((is) => !is));
  // A squeeze has a quarter of the channels that its branches give: more, wider
  // weights without it.
  assert.equal(removed.ok, false);
  const shrunk = shrinkLayers(network, squeezes.map((is) => is ? 0.5 : 1), {
    minChannels: 1,
  });
  assert.ok(shrunk.ok);
  assert.deepEqual(
    shrunk.network.blocks.filter(({ type }) => type === "concat"),
    network.blocks.filter(({ type }) => type === "concat"),
  );
  assert.ok(countParameters(shrunk.network) < countParameters(network));
});
