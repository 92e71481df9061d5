import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  type Block,
  canonical,
  countMacs,
  countParameters,
  describe,
  inferShapes,
  type Layer,
  type Network,
  networkId,
  parameterTable,
  resnet,
  type Shape,
  shapes,
  vgg,
} from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { validNetwork } from "./_arbitrary.ts";
import { run } from "./_interpreter.ts";

const CONV = {
  type: "conv",
  outChannels: 4,
  kernel: 3,
  stride: 1,
  padding: 1,
  bias: true,
} as const;
const RELU = { type: "relu" } as const;
const DROPOUT = { type: "dropout", rate: 0.5 } as const;
const MAX_POOL = { type: "maxPool", kernel: 2, stride: 2, padding: 0 } as const;
const EMPTY = { type: "residual", body: [], shortcut: [] } as const;

/** Blocks that compute nothing, wherever they stand. */
const NOTHING: readonly Block[] = [
  { type: "dropout", rate: 0 },
  { type: "maxPool", kernel: 1, stride: 1, padding: 0 },
  { type: "avgPool", kernel: 1, stride: 1 },
  EMPTY,
];

function network(blocks: readonly Block[], input: Shape = [3, 8, 8]): Network {
  return { input, blocks };
}

function insert(target: Network, at: number, block: Block): Network {
  return { ...target, blocks: target.blocks.toSpliced(at, 0, block) };
}

/** Checks the canonical form by its description. */
function assertCanonical(
  blocks: readonly Block[],
  expected: string,
  input: Shape = [3, 8, 8],
): void {
  assert.equal(describe(canonical(network(blocks, input))), expected);
}

Deno.test("canonical() is idempotent and keeps shape and parameters when the network is any", () => {
  fc.assert(fc.property(validNetwork, (any) => {
    const form = canonical(any);
    assert.deepEqual(canonical(form), form);
    assert.deepEqual(shapes(form).output, shapes(any).output);
    assert.deepEqual(
      parameterTable(form).map(({ name: _, ...rest }) => rest),
      parameterTable(any).map(({ name: _, ...rest }) => rest),
    );
    assert.equal(countParameters(form), countParameters(any));
    assert.equal(countMacs(form), countMacs(any));
  }));
});

Deno.test("canonical() computes the same numbers when the network is any", () => {
  fc.assert(
    fc.property(validNetwork, fc.integer({ min: 1, max: 1e6 }), (any, seed) => {
      const [channels, height, width] = any.input;
      const pixels = randomStream(seed, "image");
      const image = Array.from(
        { length: channels * height * width },
        () => pixels.normal(),
      );
      const outputs = [any, canonical(any)].map((form) => {
        const weights = randomStream(seed, "weights");
        // Adding 0 makes -0 and 0 alike: a second ReLU may change the sign.
        return run(form, image, () => weights.normal())
          .values.map((x) => x + 0);
      });
      assert.deepEqual(outputs[1], outputs[0]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("canonical() drops what computes nothing, wherever it stands", () => {
  fc.assert(fc.property(
    validNetwork,
    fc.nat(8),
    fc.constantFrom(...NOTHING),
    (any, place, nothing) => {
      const grown = insert(any, Math.min(place, any.blocks.length), nothing);
      assert.deepEqual(canonical(grown), canonical(any));
    },
  ));
});

Deno.test("canonical() drops a ReLU when its input cannot be negative", () => {
  assertCanonical([RELU, RELU, RELU], "8x8x3 r");
  assertCanonical([{
    type: "residual",
    body: [CONV, { ...CONV, outChannels: 3 }],
    shortcut: [],
  }, RELU], "8x8x3 {c4-c3}");
  assertCanonical([RELU, MAX_POOL, DROPOUT, {
    type: "avgPool",
    kernel: 2,
    stride: 2,
  }, RELU], "8x8x3 r-p-d0.5-ap2");
  assertCanonical([RELU, EMPTY, RELU], "8x8x3 r");
  assertCanonical(
    [RELU, {
      type: "residual",
      body: [RELU, { type: "batchNorm" }, RELU, RELU],
      shortcut: [RELU],
    }],
    "8x8x3 r-{bn-r}",
  );
});

Deno.test("canonical() keeps a dropout when its rate is above 0", () => {
  assertCanonical([{ type: "dropout", rate: 1e-9 }], "8x8x3 d1e-9");
});

Deno.test("canonical() keeps a ReLU when its input may be negative", () => {
  assertCanonical([RELU, CONV, RELU], "8x8x3 r-c4-r");
  assertCanonical([RELU, { type: "batchNorm" }, RELU], "8x8x3 r-bn-r");
  assertCanonical(
    [RELU, { type: "linear", outFeatures: 2, bias: true }, RELU],
    "8x8x3 r-fc2-r",
  );
  assertCanonical([MAX_POOL, RELU], "8x8x3 p-r");
  assertCanonical([EMPTY, RELU], "8x8x3 r");
  // The shortcut reads the block's input, not what the body makes of it.
  assertCanonical(
    [{ type: "residual", body: [RELU], shortcut: [RELU, RELU] }],
    "8x8x3 {r|r}",
  );
});

Deno.test("canonical() writes a global pool's kernel out when the map is square", () => {
  const pools: readonly Layer[] = [
    { type: "avgPool", kernel: "global", stride: 1 },
    { type: "avgPool", kernel: "global", stride: 7 },
    { type: "avgPool", kernel: 8, stride: 8 },
    { type: "avgPool", kernel: 8, stride: 1 },
  ];
  for (const pool of pools) assertCanonical([pool], "8x8x3 ap8s1");
  assertCanonical([pools[1]!], "8x4x3 gap", [3, 8, 4]);
  assert.equal(
    networkId(network([pools[0]!], [3, 8, 4])),
    networkId(network([pools[1]!], [3, 8, 4])),
  );
  assertCanonical([pools[0]!], "1x1x3", [3, 1, 1]);
});

Deno.test("canonical() takes the smallest stride when the window has one place", () => {
  assertCanonical([{ ...CONV, stride: 2 }], "1x1x3 c4", [3, 1, 1]);
  assertCanonical([{ ...CONV, stride: 5 }], "2x2x3 c4k3s2p1", [3, 2, 2]);
  assertCanonical([{ ...CONV, stride: 9 }], "3x2x3 c4k3s3p1", [3, 3, 2]);
  assertCanonical([{ ...MAX_POOL, stride: 3 }], "2x2x3 p2s1p0", [3, 2, 2]);
  assertCanonical([{ ...CONV, stride: 2 }], "3x2x3 c4k3s2p1", [3, 3, 2]);
});

Deno.test("canonical() takes a residual block apart when its body is empty", () => {
  assertCanonical(
    [{ type: "residual", body: [], shortcut: [CONV, { type: "batchNorm" }] }],
    "8x8x3 c4-bn-r",
  );
  assertCanonical(
    [{ type: "residual", body: [], shortcut: [{ type: "dropout", rate: 0 }] }],
    "8x8x3 r",
  );
  assertCanonical(
    [{ type: "residual", body: [], shortcut: [CONV] }, RELU],
    "8x8x3 c4-r",
  );
});

Deno.test("canonical() keeps the sum when a residual body computes nothing but is not empty", () => {
  // relu(x + x) is not the identity.
  for (const nothing of NOTHING.slice(0, 3)) {
    assertCanonical(
      [{ type: "residual", body: [nothing as Layer], shortcut: [] }],
      "8x8x3 {ap1}",
    );
  }
  assertCanonical(
    [RELU, { type: "residual", body: [RELU], shortcut: [] }],
    "8x8x3 r-{ap1}",
  );
});

Deno.test("canonical() drops fields that belong to no layer", () => {
  const noted = { ...RELU, note: "x" };
  assert.deepEqual(canonical(network([noted])), network([RELU]));
});

Deno.test("canonical() is frozen and leaves its argument alone", () => {
  const original = network([{ ...CONV }, EMPTY, { ...RELU }]);
  const copy = structuredClone(original);
  const form = canonical(original);
  assert.deepEqual(original, copy);
  for (const part of [original.input, original.blocks, ...original.blocks]) {
    assert.ok(part === EMPTY || !Object.isFrozen(part));
  }
  for (const part of [form, form.input, form.blocks, ...form.blocks]) {
    assert.ok(Object.isFrozen(part));
  }
});

Deno.test("canonical() throws when the network is not valid", () => {
  assert.throws(() => canonical(network([{ ...CONV, kernel: 0 }])), {
    name: "RangeError",
    message:
      "Cannot use the network: blocks.0: conv kernel is 0, expected an integer >= 1",
  });
});

Deno.test("networkId() is equal exactly when the canonical forms are", () => {
  fc.assert(fc.property(validNetwork, validNetwork, (a, b) => {
    const sameForm =
      JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
    assert.equal(networkId(a) === networkId(b), sameForm);
  }));
});

Deno.test("networkId() survives JSON and key order when the network is any", () => {
  fc.assert(fc.property(validNetwork, (any) => {
    const back: Network = JSON.parse(JSON.stringify(any));
    assert.deepEqual(back, any);
    assert.equal(networkId(back), networkId(any));
    const reversed: Network = JSON.parse(
      JSON.stringify(any),
      (_, value) =>
        typeof value === "object" && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
    );
    assert.equal(networkId(reversed), networkId(any));
  }));
});

Deno.test("networkId() changes when anything that computes does", () => {
  fc.assert(fc.property(validNetwork, fc.nat(8), (any, place) => {
    const at = Math.min(place, any.blocks.length);
    const [channels, height, width] = any.input;
    const inserted: readonly Block[] = [
      { type: "batchNorm" },
      DROPOUT,
      { ...CONV, outChannels: (shapes(any).blocks[at - 1] ?? any.input)[0] },
      { type: "residual", body: [{ type: "batchNorm" }], shortcut: [] },
    ];
    const changed: Network[] = [
      ...inserted.map((block) => insert(any, at, block)),
      network(any.blocks, [channels, height + 1, width]),
      ...fieldChanges(any),
    ].filter((candidate) => inferShapes(candidate).ok);
    const id = networkId(any);
    for (const candidate of changed) assert.notEqual(networkId(candidate), id);
  }));
});

Deno.test("networkId() is SHA-256 of the canonical form's JSON with sorted keys", () => {
  const text =
    '{"blocks":[{"bias":true,"outFeatures":2,"type":"linear"}],"input":[1,1,1]}';
  assert.equal(
    networkId(
      network([
        { type: "linear", outFeatures: 2, bias: true },
        { type: "dropout", rate: 0 },
      ], [1, 1, 1]),
    ),
    createHash("sha256").update(text).digest("hex"),
  );
});

Deno.test("networkId() is the pinned one when the network is a pinned one", () => {
  // Records and stored weights are found by these: a change here orphans them.
  assert.equal(
    networkId(
      vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 1 / 8 }),
    ),
    "e9fea2024e13f2c6b01f13001ceca8245b20a244a732798d724df6a950615b73",
  );
  assert.equal(
    networkId(resnet({ depth: 18, input: [3, 32, 32], classes: 10 })),
    "bb0b245b20dee013e7dc886a064c1c694ccb8e20b2b018603001d01d5d7e827a",
  );
});

/** The network with one field of one convolution or linear layer changed. */
function fieldChanges(any: Network): Network[] {
  return any.blocks.flatMap((block, i) => {
    if (block.type === "conv") {
      return [
        { ...block, outChannels: block.outChannels + 1 },
        { ...block, kernel: block.kernel + 2, padding: block.padding + 1 },
        { ...block, bias: !block.bias },
      ].map((layer) => ({ ...any, blocks: any.blocks.with(i, layer) }));
    }
    if (block.type === "linear") {
      return [
        { ...block, outFeatures: block.outFeatures + 1 },
        { ...block, bias: !block.bias },
      ].map((layer) => ({ ...any, blocks: any.blocks.with(i, layer) }));
    }
    return [];
  });
}

Deno.test("canonical() keeps a concatenation's branches apart, and takes one of a single branch apart", () => {
  const relu = { type: "relu" } as const;
  const norm = { type: "batchNorm" } as const;
  const idle = { type: "dropout", rate: 0 } as const;
  const of = (...branches: Layer[][]): Network => ({
    input: [1, 2, 2],
    blocks: [{ type: "concat", branches }, relu],
  });
  assert.deepEqual(canonical(of([norm, idle])).blocks, [norm, relu]);
  // The ReLU behind goes only where no branch can be negative.
  assert.deepEqual(canonical(of([relu, idle], [norm, relu])).blocks, [
    { type: "concat", branches: [[relu], [norm, relu]] },
  ]);
  assert.deepEqual(canonical(of([relu], [idle])).blocks, [
    { type: "concat", branches: [[relu], []] },
    relu,
  ]);
});
