import assert from "node:assert/strict";
import {
  type EngineIdentity,
  engineIdentity,
  evaluationKey,
  type EvaluationRequest,
  type Start,
} from "../../lib/search/mod.ts";
import { networkId } from "../../lib/network/mod.ts";
import { canonicalJson, sha256Hex } from "../../lib/random/mod.ts";
import { makeRecipe, NETWORK, SMALL } from "../training/_problem.ts";

const ENGINE: EngineIdentity = {
  name: "onnx-cpu",
  version: "onnxruntime-node 1.30.0",
  instructionSet: "x86-64 AVX-512",
};

const REQUEST: EvaluationRequest = {
  network: SMALL,
  recipe: makeRecipe({
    schedule: { type: "step", at: [0.5, 0.75], factor: 0.1 },
  }),
  data: "data",
  seed: 1,
  engine: "onnx-cpu",
};

const START: Start = {
  base: NETWORK,
  weights: "weights",
  layers: [0, 4],
  importance: "filterL1",
  observe: 64,
};

/** The key of the request with another start. */
function keyFrom(start: Start): string {
  return evaluationKey({ ...REQUEST, start }, ENGINE);
}

/** The same value with the keys of every object the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([key, inner]) => [
      key,
      reversed(inner),
    ]),
  ) as T;
}

/** Every number, text and truth value of a recipe, changed one at a time. */
function changedLeaves(value: unknown): unknown[] {
  switch (typeof value) {
    case "number":
      return [value + 0.125];
    case "string":
      return [`${value}-other`];
    case "boolean":
      return [!value];
    default:
      if (Array.isArray(value)) {
        return value.flatMap((inner, index) =>
          changedLeaves(inner).map((other) => value.with(index, other))
        );
      }
      return Object.entries(value as object).flatMap(([key, inner]) =>
        changedLeaves(inner).map((other) => ({
          ...value as object,
          [key]: other,
        }))
      );
  }
}

Deno.test("evaluationKey() changes with each ingredient", () => {
  const recipes = changedLeaves(
    REQUEST.recipe,
  ) as EvaluationRequest["recipe"][];
  assert.equal(recipes.length, 17);
  const blocks = SMALL.blocks;
  const networks = [
    { ...SMALL, blocks: blocks.toSpliced(1, 1) },
    { ...SMALL, blocks: blocks.toSpliced(1, 0, { type: "batchNorm" }) },
    {
      ...SMALL,
      blocks: blocks.with(3, {
        type: "linear",
        outFeatures: 3,
        bias: false,
      }),
    },
    { ...SMALL, input: [1, 9, 9] },
  ] as const;
  const keys = [
    evaluationKey(REQUEST, ENGINE),
    ...networks.map((network) =>
      evaluationKey({ ...REQUEST, network }, ENGINE)
    ),
    ...[...recipes, { ...REQUEST.recipe, precision: "bf16" as const }]
      .map((recipe) => evaluationKey({ ...REQUEST, recipe }, ENGINE)),
    evaluationKey({ ...REQUEST, data: "other" }, ENGINE),
    evaluationKey({ ...REQUEST, seed: 2 }, ENGINE),
    evaluationKey(REQUEST, { ...ENGINE, name: "onnx-wasm" }),
    evaluationKey(REQUEST, { ...ENGINE, version: "onnxruntime-node 1.31.0" }),
    evaluationKey(REQUEST, { ...ENGINE, instructionSet: "x86-64 AVX2" }),
  ];
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.match(key, /^[0-9a-f]{64}$/);
});

Deno.test("evaluationKey() does not change with the order of keys", () => {
  const other = reversed(REQUEST);
  assert.notEqual(JSON.stringify(other), JSON.stringify(REQUEST));
  assert.equal(
    evaluationKey(other, reversed(ENGINE)),
    evaluationKey(REQUEST, ENGINE),
  );
});

Deno.test("evaluationKey() tells statistics whose last batch weighs what it has from those of before", () => {
  const { network, recipe, data, seed } = REQUEST;
  const before = (start: Start) =>
    sha256Hex(canonicalJson({
      format: 1,
      ...{ network: networkId(network), recipe, data, seed, engine: ENGINE },
      start: { ...start, base: networkId(start.base) },
    }));
  const one = { ...START, observe: recipe.batchSize };
  assert.equal(keyFrom(one), before(one));
  // Also where it is a multiple: of fewer images all are looked at.
  for (const more of [1, recipe.batchSize]) {
    const several = { ...START, observe: recipe.batchSize + more };
    assert.notEqual(keyFrom(several), before(several));
  }
});

Deno.test("evaluationKey() does not change with the form in which a network is written", () => {
  const written = {
    ...SMALL,
    blocks: [
      ...SMALL.blocks.slice(0, 2),
      // What computes nothing.
      { type: "relu" },
      { type: "dropout", rate: 0 },
      { type: "maxPool", kernel: 1, stride: 1, padding: 0 },
      { type: "residual", body: [], shortcut: [] },
      ...SMALL.blocks.slice(2),
    ],
  } as const;
  assert.equal(
    evaluationKey({ ...REQUEST, network: written }, ENGINE),
    evaluationKey(REQUEST, ENGINE),
  );
});

Deno.test("evaluationKey() looks at an engine's identity only", () => {
  const engine = { ...ENGINE, compile: () => Promise.reject(new Error()) };
  assert.deepEqual(engineIdentity(engine), ENGINE);
  assert.equal(
    evaluationKey(REQUEST, engine),
    evaluationKey(REQUEST, ENGINE),
  );
});

Deno.test("evaluationKey() is the key of before there was a start where none is given", () => {
  // Written down before requests could say where they start: stores hold results
  // under such keys.
  assert.equal(
    evaluationKey(REQUEST, ENGINE),
    "bcfc506f10cf57ed3b5fdc2c5717c1d54962f4e29721d56fac8b7ed478a04d6e",
  );
  assert.equal(
    evaluationKey({ ...REQUEST, validateEpochs: true }, ENGINE),
    "033716be2cdc3cbce1552126a8c0af98b89fbc226bf06299ec67c2e383b7f4c6",
  );
});

Deno.test("evaluationKey() changes with each part of the start", () => {
  const { observe: _, ...kept } = START;
  const starts: readonly Start[] = [
    START,
    kept,
    { ...START, base: { ...NETWORK, blocks: NETWORK.blocks.toSpliced(2, 1) } },
    { ...START, weights: "other" },
    { ...START, layers: [2, 4] },
    { ...START, layers: [4, 0] },
    { ...START, importance: "batchNormScale" },
    { ...START, importance: "foldedL1" },
    { ...START, observe: 65 },
  ];
  const keys = [evaluationKey(REQUEST, ENGINE), ...starts.map(keyFrom)];
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("evaluationKey() does not change with the form in which the start's base is written, nor with the order of keys", () => {
  const blocks = [{ type: "dropout", rate: 0 } as const, ...NETWORK.blocks];
  const key = keyFrom(START);
  assert.equal(keyFrom({ ...START, base: { ...NETWORK, blocks } }), key);
  assert.notEqual(
    JSON.stringify(reversed({ ...START, layers: [] })),
    JSON.stringify({ ...START, layers: [] }),
  );
  // The layers are a list, whose order counts.
  const { layers } = START;
  assert.equal(keyFrom({ ...reversed(START), layers }), key);
});
