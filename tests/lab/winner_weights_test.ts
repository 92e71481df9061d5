import assert from "node:assert/strict";
import { openEngine, type Weights } from "../../lib/engine/mod.ts";
import type { Identity } from "../../lib/lab/cells/identity.ts";
import {
  belongingOf,
  winnerWeights,
} from "../../lib/lab/compression/winner_weights.ts";
import { networkId } from "../../lib/network/mod.ts";
import type { Winner } from "../../lib/search/mod.ts";
import {
  decodeTensors,
  decodeWeights,
  encodeWeights,
  initialise,
  measureAccuracy,
  planOf,
} from "../../lib/training/mod.ts";
import {
  digests,
  makeData,
  makeRecipe,
  makeSplit,
  SMALL,
} from "../training/_problem.ts";

const DATA = makeData({
  split: makeSplit({ count: 60 }),
  train: 20,
  validation: 40,
});
const IDENTITY = { arm: "reinforce", seed: 1 } as Identity<unknown>;
const RECIPE = makeRecipe();

/** The file of a winner that has some weights, and these as they are in it. */
async function keep(weights: Weights) {
  const engine = await openEngine("onnx-cpu");
  const program = await engine.compile(SMALL, planOf(RECIPE));
  program.load(weights);
  const { accuracy } = await measureAccuracy(program, {
    split: DATA.images,
    indices: DATA.validation,
    mean: DATA.mean,
    std: DATA.std,
  });
  await program.dispose();
  const winner = {
    request: { network: SMALL, recipe: RECIPE },
    final: { evaluation: { accuracy } },
  } as Winner;
  const evaluator = { weights: () => encodeWeights(SMALL, weights) };
  const bytes = await winnerWeights(
    { engine, evaluator: evaluator as never },
    { winner, data: DATA, identity: IDENTITY },
  );
  return { bytes, accuracy };
}

function fresh(): Weights {
  return initialise(SMALL, { initialisation: "he", seed: 1, owner: "w" });
}

Deno.test("winnerWeights() keeps 16-bit floats when they lose no validation image", async () => {
  const weights = Object.fromEntries(
    Object.entries(fresh()).map(([name, values]) =>
      // Numbers that 16 bits hold: nothing can be lost.
      [name, values.map((value) => Math.round(64 * value) / 64)] as const
    ),
  );
  const { bytes } = await keep(weights);
  assert.deepEqual(digests(decodeWeights(bytes)), digests(weights));
  assert(bytes.length < encodeWeights(SMALL, weights).length);
  assert.deepEqual(
    decodeTensors(bytes).metadata,
    { ...belongingOf(IDENTITY, networkId(SMALL)) },
  );
});

Deno.test("winnerWeights() keeps 32-bit floats when 16 bits lose accuracy", async () => {
  // Logits of all classes overflow 16 bits and are no numbers any more.
  const weights = Object.fromEntries(
    Object.entries(fresh()).map(([name, values]) =>
      [name, values.map((value) => 1e7 * value)] as const
    ),
  );
  const { bytes, accuracy } = await keep(weights);
  assert(accuracy > 0);
  assert.deepEqual(digests(decodeWeights(bytes)), digests(weights));
});
