/** Evaluations that start from the weights of another network. */

import assert from "node:assert/strict";
import { type Origin, shrinkLayers } from "../../lib/compress/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { leaves, type Network, networkId } from "../../lib/network/mod.ts";
import {
  evaluate,
  type EvaluateOptions,
  type EvaluationRequest,
  type Start,
} from "../../lib/search/mod.ts";
import {
  decodeCheckpoint,
  decodeWeights,
  encodeCheckpoint,
  estimateStatistics,
  type Importance,
  inherit,
  initialise,
  parameterLayers,
} from "../../lib/training/mod.ts";
import {
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  withFresh,
} from "../training/_problem.ts";

const engine = await openEngine("onnx-cpu");
const DATA = makeData({
  split: makeSplit({ count: 120 }),
  train: 26,
  validation: 60,
});

async function finished(
  request: EvaluationRequest,
  options: EvaluateOptions = {},
) {
  const outcome = await evaluate(engine, request, DATA, options);
  assert("evaluation" in outcome);
  return { ...outcome, weights: outcome.weights! };
}

const TRAINING: EvaluationRequest = {
  network: NETWORK,
  recipe: makeRecipe({ epochs: 2 }),
  data: "data",
  seed: 1,
  engine: "onnx-cpu",
};
const TRAINED = await finished(TRAINING);
const weights = (id: string) => {
  assert.equal(id, "trained");
  return TRAINED.weights;
};

/** A student of the trained network with fewer channels. */
const SHRUNK = shrinkLayers(NETWORK, leaves(NETWORK).map(() => 0.5), {
  minChannels: 1,
  minLinearInputs: 1,
});
assert(SHRUNK.ok);

function startOf(
  { network, origin }: { readonly network: Network; readonly origin: Origin },
  changes: Partial<Start> = {},
): Start {
  return {
    base: NETWORK,
    weights: "trained",
    layers: parameterLayers(network, NETWORK, origin),
    importance: "filterL1",
    ...changes,
  };
}

/** The trained network itself, of which nothing is removed. */
const WHOLE: Start = {
  base: NETWORK,
  weights: "trained",
  layers: [0, 1, 2, 3, 4],
  importance: "filterL1",
};
const UNTRAINED = makeRecipe({ epochs: 0 });

/** Names of the arrays that differ. */
function changed(one: Uint8Array, other: Uint8Array): readonly string[] {
  const [from, to] = [decodeWeights(one), decodeWeights(other)];
  return Object.keys(to).filter((name) =>
    to[name]!.some((value, i) => value !== from[name]![i])
  );
}

const RUNNING = /\.running(Mean|Variance)$/;

Deno.test("evaluate() gives the base's weights and accuracy when nothing was removed and nothing is trained", async () => {
  const outcome = await finished(
    { ...TRAINING, recipe: UNTRAINED, start: WHOLE },
    { weights },
  );
  assert.deepEqual(outcome, {
    evaluation: {
      networkId: networkId(NETWORK),
      accuracy: TRAINED.evaluation.accuracy,
      losses: [],
      steps: 0,
    },
    weights: TRAINED.weights,
  });
  const fresh = await finished({ ...TRAINING, recipe: UNTRAINED });
  assert.notEqual(fresh.evaluation.accuracy, TRAINED.evaluation.accuracy);
});

Deno.test("evaluate() starts a student from what it inherits, and from the recipe's fresh weights where it inherits nothing", async () => {
  const { network } = SHRUNK;
  const inherited = async (importance: Importance, seed: number) => {
    const start = startOf(SHRUNK, { importance });
    const request = { ...TRAINING, network, recipe: UNTRAINED, seed, start };
    const { weights: bytes } = await finished(request, { weights });
    const { initialisation } = UNTRAINED;
    const owner = networkId(network);
    const expected = inherit(
      network,
      { ...start, weights: decodeWeights(TRAINED.weights) },
      initialise(network, { initialisation, seed, owner }),
    );
    assert.deepEqual(decodeWeights(bytes), expected);
    return bytes;
  };
  const byFilter = await inherited("filterL1", 1);
  // Nothing of this student is drawn.
  assert.deepEqual(await inherited("filterL1", 2), byFilter);
  assert.notDeepEqual(await inherited("batchNormScale", 1), byFilter);
});

Deno.test("evaluate() trains on what was inherited", async () => {
  const { evaluation, weights: bytes } = await finished(
    { ...TRAINING, start: WHOLE },
    { weights },
  );
  assert.equal(evaluation.steps, 8);
  assert.equal(evaluation.losses.length, 2);
  assert(evaluation.losses[0]! < TRAINED.evaluation.losses[0]!);
  assert.notDeepEqual(bytes, TRAINED.weights);
});

Deno.test("evaluate() estimates batch norm's statistics anew on so many images, and changes nothing else", async () => {
  const { network } = SHRUNK;
  const observed = async (observe: number, seed = 1) => {
    const start = startOf(SHRUNK, { observe });
    const { weights: bytes } = await finished(
      { ...TRAINING, network, recipe: UNTRAINED, seed, start },
      { weights },
    );
    return bytes;
  };
  const { weights: kept } = await finished(
    { ...TRAINING, network, recipe: UNTRAINED, start: startOf(SHRUNK) },
    { weights },
  );
  const sixteen = await observed(16);
  const names = changed(kept, sixteen);
  assert.equal(names.length, 4, "two batch norms have a mean and a variance");
  for (const name of names) assert.match(name, RUNNING);
  assert.equal(changed(sixteen, await observed(24)).length, 4);
  assert.equal(changed(sixteen, await observed(16, 2)).length, 4);
  assert.deepEqual(await observed(16), sixteen);
  const expected = await withFresh(
    engine,
    network,
    UNTRAINED,
    async (program) => {
      program.load(decodeWeights(kept));
      await estimateStatistics(program, DATA, {
        images: 16,
        batchSize: UNTRAINED.batchSize,
        seed: 1,
      });
      return await program.weights();
    },
  );
  assert.deepEqual(decodeWeights(sixteen), expected);
});

Deno.test("evaluate() gives equal bits when a student that inherits is stopped after any step and resumed, without a look at the weights", async () => {
  const { network } = SHRUNK;
  const start = startOf(SHRUNK, { observe: 12 });
  const request = { ...TRAINING, network, start };
  const unbroken = await finished(request, { weights });
  for (let stop = 1; stop < 8; stop++) {
    let taken = 0;
    const outcome = await evaluate(engine, request, DATA, {
      weights,
      shouldStop: () => ++taken === stop,
    });
    assert("stoppedAt" in outcome);
    assert.equal(outcome.stoppedAt.state.step, stop);
    const resume = decodeCheckpoint(encodeCheckpoint(outcome.stoppedAt));
    assert.deepEqual(await finished(request, { resume }), unbroken);
  }
});

Deno.test("evaluate() rejects with a RangeError and disposes its program when the weights are not there", async () => {
  let open = 0;
  const counting: Engine = {
    ...engine,
    async compile(network, plan) {
      const program = await engine.compile(network, plan);
      open++;
      return {
        ...program,
        dispose() {
          open--;
          return program.dispose();
        },
      };
    },
  };
  const request = { ...TRAINING, start: { ...WHOLE, weights: "other" } };
  await assert.rejects(evaluate(counting, request, DATA), {
    name: "RangeError",
    message:
      "Cannot evaluate: the request starts from weights other, expected a source of weights",
  });
  const unknown = new RangeError("unknown");
  await assert.rejects(
    evaluate(counting, request, DATA, {
      weights: () => {
        throw unknown;
      },
    }),
    unknown,
  );
  // Weights of another network.
  const start = { ...WHOLE, base: SHRUNK.network };
  await assert.rejects(
    evaluate(counting, { ...TRAINING, start }, DATA, { weights }),
    { name: "RangeError", message: /^Cannot inherit weights: / },
  );
  assert.equal(open, 0);
});
