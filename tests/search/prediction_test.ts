import assert from "node:assert/strict";
import fc from "fast-check";
import { type Engine, openEngine, type Program } from "../../lib/engine/mod.ts";
import {
  createPredictor,
  type PredictionRequest,
} from "../../lib/search/mod.ts";
import {
  encodeWeights,
  predictChunks,
  type Views,
} from "../../lib/training/mod.ts";
import { fakeProgram } from "../training/_fake_program.ts";
import {
  bitsOf,
  makeData,
  makeRecipe,
  makeSplit,
  MEAN,
  NETWORK,
  SMALL,
  STD,
  withFresh,
} from "../training/_problem.ts";

const SPLIT = makeSplit({ count: 2400 });
const DATA = makeData({ split: SPLIT, train: 2350, validation: 10 });
const VIEW: Views = {
  augmentation: { cropPadding: 2, flip: true },
  seed: 3,
  epoch: 4,
};
const REQUEST: PredictionRequest = {
  network: SMALL,
  weights: "some",
  data: "data",
  rows: { from: 0, to: 2350 },
  engine: "fake",
};
const NO_WEIGHTS = encodeWeights({ input: [1, 8, 8], blocks: [] }, {});

/** An engine whose logits tell the image, and in how large a batch it was. */
function sizedEngine() {
  const log: string[] = [];
  const engine: Engine = {
    name: "fake",
    version: "1",
    instructionSet: "any",
    compile() {
      log.push("compile");
      const program: Program = {
        ...fakeProgram({ features: 64, classes: 3 }),
        predict: (images, count) =>
          Promise.resolve(Float32Array.from(
            { length: 3 * count },
            (_, i) =>
              i % 3 === 0 ? count : images[64 * Math.floor(i / 3) + i % 3]!,
          )),
        dispose() {
          log.push("dispose");
          return Promise.resolve();
        },
      };
      return Promise.resolve(program);
    },
  };
  return { engine, log };
}

Deno.test("createPredictor() gives the bits of one prediction of all images, whatever rows are asked for", async () => {
  const { engine } = sizedEngine();
  const inputs = { engine, weights: NO_WEIGHTS, data: DATA };
  const predictor = createPredictor();
  const whole = await predictor.predict({ ...REQUEST, view: VIEW }, inputs);
  // The engine's answers depend on the batches that it is given.
  assert.deepEqual([whole![0], whole![3 * 2000]], [1000, 350]);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(2350), { minLength: 2, maxLength: 2 }),
      async (ends) => {
        const [from, to] = ends.toSorted((a, b) => a - b);
        const part = await predictor.predict({
          ...REQUEST,
          view: VIEW,
          rows: { from: from!, to: to! },
        }, inputs);
        const expected = whole!.slice(3 * from!, 3 * to!);
        assert.equal(bitsOf(part!), bitsOf(expected));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("createPredictor() gives the logits that a program gives directly, with and without a view", async () => {
  const engine = await openEngine("onnx-cpu");
  const recipe = makeRecipe();
  await withFresh(engine, NETWORK, recipe, async (program) => {
    const weights = encodeWeights(NETWORK, await program.weights());
    const predictor = createPredictor();
    for (const views of [undefined, VIEW]) {
      const actual = await predictor.predict({
        ...REQUEST,
        network: NETWORK,
        ...(views === undefined ? {} : { view: views }),
      }, { engine, weights, data: DATA });
      const source = { split: SPLIT, mean: MEAN, std: STD };
      const direct = predictChunks(program, {
        ...source,
        indices: DATA.train,
        ...(views === undefined ? {} : { views }),
      });
      for await (const { logits, from } of direct) {
        const there = actual!.slice(3 * from, 3 * from + logits.length);
        assert.equal(bitsOf(there), bitsOf(logits));
      }
    }
    await predictor.release();
  });
});

Deno.test("createPredictor() keeps the program of the last network and weights alone", async () => {
  const { engine, log } = sizedEngine();
  const inputs = { engine, weights: NO_WEIGHTS, data: DATA };
  const { predict, release } = createPredictor();
  await predict(REQUEST, inputs);
  await predict({ ...REQUEST, view: VIEW }, inputs);
  assert.deepEqual(log, ["compile"]);
  await predict({ ...REQUEST, weights: "others" }, inputs);
  await predict({ ...REQUEST, weights: "others", network: NETWORK }, inputs);
  assert.deepEqual(log, [
    "compile",
    "dispose",
    "compile",
    "dispose",
    "compile",
  ]);
  await release();
  await release();
  assert.equal(log.length, 6);
  await predict(REQUEST, inputs);
  assert.equal(log.at(-1), "compile");
});

Deno.test("createPredictor() asks whether to stop between chunks, not after the last", async () => {
  const { engine } = sizedEngine();
  for (const [stopAt, asked] of [[1, 1], [2, 2], [3, 2]] as const) {
    let times = 0;
    const logits = await createPredictor().predict(REQUEST, {
      engine,
      weights: NO_WEIGHTS,
      data: DATA,
      shouldStop: () => ++times === stopAt,
    });
    assert.equal(times, asked);
    assert.equal(logits === undefined, stopAt <= 2);
  }
});

Deno.test("createPredictor() throws when the rows are no training images", async () => {
  const { engine, log } = sizedEngine();
  const inputs = { engine, weights: NO_WEIGHTS, data: DATA };
  for (const [from, to] of [[0, 2351], [-1, 5], [7, 7], [8, 3], [0.5, 2]]) {
    await assert.rejects(
      createPredictor().predict(
        { ...REQUEST, rows: { from: from!, to: to! } },
        inputs,
      ),
      {
        name: "RangeError",
        message:
          `Cannot predict: the rows are ${from} to ${to}, expected some of 0 to 2350`,
      },
    );
  }
  assert.deepEqual(log, []);
});

Deno.test("createPredictor() frees the program when the weights are another network's", async () => {
  const { engine, log } = sizedEngine();
  const failing: Engine = {
    ...engine,
    compile: async (network, plan) => ({
      ...await engine.compile(network, plan),
      load() {
        throw new RangeError("Cannot load weights: others are expected");
      },
    }),
  };
  const predictor = createPredictor();
  const inputs = { weights: NO_WEIGHTS, data: DATA };
  await assert.rejects(
    predictor.predict(REQUEST, { ...inputs, engine: failing }),
    /others are expected/,
  );
  assert.deepEqual(log, ["compile", "dispose"]);
  // And does not take it for one that is ready.
  await predictor.predict(REQUEST, { ...inputs, engine });
  assert.deepEqual(log, ["compile", "dispose", "compile"]);
});
