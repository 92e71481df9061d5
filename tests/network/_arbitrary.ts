import fc from "fast-check";
import {
  type Block,
  inferShapes,
  type Layer,
  type Network,
  type Shape,
} from "../../lib/network/mod.ts";

/** Plain objects, as JSON.parse gives; fast-check also makes some without a prototype. */
function record<T>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const side = fc.integer({ min: 1, max: 4 });

/** Any layer with fields in range, whether or not it fits anywhere. */
const layer: fc.Arbitrary<Layer> = fc.oneof(
  record({
    type: fc.constant("conv" as const),
    outChannels: side,
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
    bias: fc.boolean(),
  }),
  fc.constant<Layer>({ type: "batchNorm" }),
  fc.constant<Layer>({ type: "relu" }),
  fc.integer({ min: 1, max: 3 }).chain((kernel) =>
    record({
      type: fc.constant("maxPool" as const),
      kernel: fc.constant(kernel),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: Math.floor(kernel / 2) }),
    })
  ),
  record({
    type: fc.constant("avgPool" as const),
    kernel: fc.oneof(side, fc.constant("global" as const)),
    stride: fc.integer({ min: 1, max: 3 }),
  }),
  record({
    type: fc.constant("linear" as const),
    outFeatures: side,
    bias: fc.boolean(),
  }),
  record({
    type: fc.constant("dropout" as const),
    rate: fc.constantFrom(0, 0.25, 0.5),
  }),
  record({
    type: fc.constant("padChannels" as const),
    before: fc.integer({ min: 0, max: 2 }),
    after: fc.integer({ min: 0, max: 2 }),
  }),
);

/** Layers that keep any shape, so that residual blocks with an identity are common. */
const keeping: fc.Arbitrary<Layer> = fc.constantFrom<Layer>(
  { type: "relu" },
  { type: "batchNorm" },
  { type: "dropout", rate: 0 },
  { type: "dropout", rate: 0.5 },
  { type: "maxPool", kernel: 1, stride: 1, padding: 0 },
  { type: "avgPool", kernel: 1, stride: 1 },
);

const concat: fc.Arbitrary<Block> = record({
  type: fc.constant("concat" as const),
  branches: fc.array(
    fc.oneof(
      fc.array(keeping, { maxLength: 2 }),
      fc.array(fc.oneof(layer, keeping), { maxLength: 2 }),
    ),
    { minLength: 1, maxLength: 3 },
  ),
});

const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 3, arbitrary: layer },
  {
    weight: 1,
    arbitrary: record({
      type: fc.constant("residual" as const),
      body: fc.array(keeping, { maxLength: 3 }),
      shortcut: fc.array(keeping, { maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      type: fc.constant("residual" as const),
      body: fc.array(fc.oneof(layer, keeping), { maxLength: 3 }),
      shortcut: fc.array(fc.oneof(layer, keeping), { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: concat },
);

const input: fc.Arbitrary<Shape> = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 7 }),
);

/** Any network of small layers; most are not valid. */
export const anyNetwork: fc.Arbitrary<Network> = record({
  input,
  blocks: fc.array(block, { maxLength: 8 }),
});

/** A valid network: of {@link anyNetwork}, the blocks that fit where they stand. */
export const validNetwork: fc.Arbitrary<Network> = anyNetwork.map((network) => {
  const blocks: Block[] = [];
  for (const candidate of network.blocks) {
    const grown = { input: network.input, blocks: [...blocks, candidate] };
    if (inferShapes(grown).ok) blocks.push(candidate);
  }
  return { input: network.input, blocks };
});
