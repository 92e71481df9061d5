import fc from "fast-check";
import {
  type AvgPool,
  type Block,
  type Conv,
  type Layer,
  type Linear,
  type Network,
  resnet,
  vgg,
} from "../../lib/network/mod.ts";

/** A convolution that keeps the map's size at stride 1. */
export function conv(outChannels: number, fields: Partial<Conv> = {}): Conv {
  const kernel = fields.kernel ?? 3;
  return {
    type: "conv",
    outChannels,
    kernel,
    stride: 1,
    padding: Math.floor(kernel / 2),
    bias: false,
    ...fields,
  };
}

export const BN: Layer = { type: "batchNorm" };
export const RELU: Layer = { type: "relu" };
export const POOL: Layer = {
  type: "maxPool",
  kernel: 2,
  stride: 2,
  padding: 0,
};
export const GLOBAL: AvgPool = { type: "avgPool", kernel: "global", stride: 1 };
export const LINEAR: Linear = { type: "linear", outFeatures: 10, bias: true };

/**
 * 9 leaves, 5,574 parameters:
 * conv 1*9*12+12 = 120, BN 24, conv 12*9*20+20 = 2,180, BN 40,
 * linear (20*4*4)*10+10 = 3,210.
 */
export const PLAIN: Network = {
  input: [1, 8, 8],
  blocks: [
    conv(12, { bias: true }),
    BN,
    RELU,
    conv(20, { bias: true }),
    BN,
    RELU,
    POOL,
    { type: "avgPool", kernel: 1, stride: 1 },
    LINEAR,
  ],
};

/**
 * 17 leaves (0-2 stem, 3-7 first body, 8-12 second body, 13-14 its shortcut,
 * 15-16 head), 19,994 parameters:
 * stem 3*9*16 + 32 = 464; first block 2*(16*9*16 + 32) = 4,672;
 * second block 16*9*32 + 64 + 32*9*32 + 64 + 16*32 + 64 = 14,528; linear 330.
 */
export const SMALL_RESNET: Network = {
  input: [3, 8, 8],
  blocks: [
    conv(16),
    BN,
    RELU,
    {
      type: "residual",
      body: [conv(16), BN, RELU, conv(16), BN],
      shortcut: [],
    },
    {
      type: "residual",
      body: [conv(32, { stride: 2 }), BN, RELU, conv(32), BN],
      shortcut: [conv(32, { kernel: 1, stride: 2 }), BN],
    },
    { type: "avgPool", kernel: 4, stride: 4 },
    LINEAR,
  ],
};

const block = fc.record({
  kind: fc.constantFrom("basic", "bottleneck", "plain", "pool"),
  shortcut: fc.constantFrom("none", "conv", "zeros"),
  channels: fc.integer({ min: 4, max: 40 }),
  stride: fc.constantFrom(1, 2),
});

/** Residual networks of every mixture the rules speak of, valid as built. */
export const anyResidual: fc.Arbitrary<Network> = fc.record({
  stem: fc.integer({ min: 4, max: 40 }),
  blocks: fc.array(block, { minLength: 2, maxLength: 4 }),
  head: fc.constantFrom<readonly Block[]>(
    [GLOBAL, LINEAR],
    [LINEAR],
    [conv(10, { kernel: 1 }), GLOBAL],
    [{ type: "residual", body: [conv(10)], shortcut: [conv(10)] }, GLOBAL],
  ),
}).map(({ stem, blocks: specs, head }) => {
  const blocks: Block[] = [conv(stem), BN, RELU];
  let width = stem;
  for (const { kind, shortcut, channels, stride } of specs) {
    if (kind === "plain") blocks.push(conv(width = channels), RELU);
    if (kind === "pool") blocks.push(POOL);
    if (kind !== "basic" && kind !== "bottleneck") continue;
    const out = shortcut === "conv"
      ? channels
      : shortcut === "zeros"
      ? width + channels
      : width;
    const step = shortcut === "none" ? 1 : stride;
    const before = Math.floor(channels / 3);
    const shortcuts: Readonly<Record<typeof shortcut, readonly Layer[]>> = {
      none: [],
      conv: [conv(out, { kernel: 1, stride: step }), BN],
      zeros: [
        { type: "avgPool", kernel: 1, stride: step },
        { type: "padChannels", before, after: channels - before },
      ],
    };
    blocks.push({
      type: "residual",
      body: kind === "basic"
        ? [conv(channels, { stride: step }), BN, RELU, conv(out), BN]
        : [
          conv(5, { kernel: 1 }),
          BN,
          RELU,
          conv(channels, { stride: step }),
          RELU,
          conv(out, { kernel: 1 }),
        ],
      shortcut: shortcuts[shortcut],
    });
    width = out;
  }
  return { input: [3, 16, 16], blocks: [...blocks, ...head] };
});

/** Narrow networks of the paper. */
export const anyPaperNetwork: fc.Arbitrary<Network> = fc.constantFrom(
  vgg({ depth: 11, input: [3, 32, 32], classes: 10, width: 0.25 }),
  vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.125 }),
  resnet({ depth: 18, input: [3, 32, 32], classes: 10, width: 0.25 }),
);

export const anyNetwork: fc.Arbitrary<Network> = fc.oneof(
  { weight: 1, arbitrary: anyPaperNetwork },
  { weight: 3, arbitrary: anyResidual },
);

/** Trainable parameters, counted without lib/network's parameter table. */
export function countByHand(network: Network): number {
  let total = 0;
  type Map = readonly [channels: number, side: number];
  function run(layers: readonly Layer[], [channels, side]: Map): Map {
    for (const layer of layers) {
      if (layer.type === "conv") {
        const { outChannels, kernel, stride, padding, bias } = layer;
        total += outChannels * (channels * kernel ** 2 + (bias ? 1 : 0));
        channels = outChannels;
        side = Math.floor((side + 2 * padding - kernel) / stride) + 1;
      } else if (layer.type === "maxPool") {
        const { kernel, stride, padding } = layer;
        side = Math.floor((side + 2 * padding - kernel) / stride) + 1;
      } else if (layer.type === "avgPool") {
        const { kernel, stride } = layer;
        side = kernel === "global"
          ? 1
          : Math.floor((side - kernel) / stride) + 1;
      } else if (layer.type === "padChannels") {
        channels += layer.before + layer.after;
      } else if (layer.type === "batchNorm") {
        total += 2 * channels;
      } else if (layer.type === "linear") {
        total += layer.outFeatures * (channels * side ** 2 + 1);
        [channels, side] = [layer.outFeatures, 1];
      }
    }
    return [channels, side];
  }
  let map: Map = [network.input[0], network.input[1]];
  for (const entry of network.blocks) {
    if (entry.type === "residual") {
      run(entry.body, map);
      map = run(entry.shortcut, map);
    } else if (entry.type === "concat") {
      const ends = entry.branches.map((branch) => run(branch, map));
      map = [ends.reduce((sum, [channels]) => sum + channels, 0), ends[0]![1]];
    } else map = run([entry], map);
  }
  return total;
}
