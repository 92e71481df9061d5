import assert from "node:assert/strict";
import { openEngine, type Optimiser } from "../../lib/engine/mod.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  initialise,
  type Recipe,
  train,
  type TrainingCheckpoint,
  type TrainOptions,
} from "../../lib/training/mod.ts";
import {
  ADAM,
  makeData,
  makeRecipe,
  makeSplit,
  NETWORK,
  SGD,
  stateDigests,
} from "./_problem.ts";

const engine = await openEngine("onnx-cpu");
const SPLIT = makeSplit({ count: 60 });
const EPOCHS = 3;

/** 19 images: batches of 8, 8 and 3, nine steps in all. */
const DATA = makeData({
  split: SPLIT,
  train: 19,
  validation: 20,
  teacherLogits: Array.from(
    { length: EPOCHS },
    (_, epoch) =>
      Float32Array.from({ length: 180 }, (_, i) => Math.sin(i + 9 * epoch)),
  ),
});
const STEPS = EPOCHS * 3;

/** Whatever has a state: dropout and batch norm are in the network. */
function recipeOf(optimiser: Optimiser): Recipe {
  return makeRecipe({
    epochs: EPOCHS,
    optimiser,
    schedule: { type: "oneCycle", warmup: 0.4 },
    loss: { crossEntropy: 0.5, logitMse: 0.5 },
    augmentation: { cropPadding: 1, flip: true },
  });
}

/** Trains in a program of its own. */
async function run(
  recipe: Recipe,
  options: Partial<TrainOptions> & { readonly seed?: number } = {},
) {
  const { loss, optimiser, batchSize, initialisation } = recipe;
  const program = await engine.compile(NETWORK, { loss, optimiser, batchSize });
  try {
    if (options.resume === undefined) {
      program.load(
        initialise(NETWORK, { initialisation, seed: 1, owner: "owner" }),
      );
    }
    const outcome = await train(program, recipe, DATA, {
      seed: 1,
      owner: "owner",
      ...options,
    });
    const { losses, steps, stoppedAt } = outcome;
    return {
      losses,
      steps,
      stoppedAt,
      state: stateDigests(await program.state()),
    };
  } finally {
    await program.dispose();
  }
}

/** Asks to stop after a number of steps of this call. */
function stopAfter(steps: number): () => boolean {
  let taken = 0;
  return () => ++taken === steps;
}

/** As a store gives it back. */
function stored(checkpoint: TrainingCheckpoint): TrainingCheckpoint {
  return decodeCheckpoint(encodeCheckpoint(checkpoint));
}

const OPTIMISERS: Readonly<Record<string, Optimiser>> = {
  "plain SGD": SGD,
  "momentum": { ...SGD, momentum: 0.9 },
  "Nesterov momentum": { ...SGD, momentum: 0.9, nesterov: true },
  "Adam": ADAM,
  "AdamW": { ...ADAM, weightDecay: 0.01, decoupled: true },
};

for (const [name, optimiser] of Object.entries(OPTIMISERS)) {
  const recipe = recipeOf(optimiser);

  Deno.test(`train() ends in equal bits when it is stopped after any step and resumed, with ${name}`, async () => {
    const unbroken = await run(recipe);
    assert.equal(unbroken.steps, STEPS);
    for (let stop = 1; stop < STEPS; stop++) {
      const { stoppedAt, steps, losses } = await run(recipe, {
        shouldStop: stopAfter(stop),
      });
      assert.equal(steps, stop);
      assert.equal(stoppedAt!.state.step, stop);
      assert.deepEqual(losses, unbroken.losses.slice(0, Math.floor(stop / 3)));
      const resumed = await run(recipe, { resume: stored(stoppedAt!) });
      assert.deepEqual(resumed, unbroken, `stopped after step ${stop}`);
    }
  });

  Deno.test(`train() ends in equal bits when it is stopped after every step, with ${name}`, async () => {
    const unbroken = await run(recipe);
    let last = await run(recipe, { shouldStop: () => true });
    let parts = 1;
    for (; last.stoppedAt !== undefined; parts++) {
      const resume = stored(last.stoppedAt);
      last = await run(recipe, { resume, shouldStop: () => true });
    }
    assert.equal(parts, STEPS);
    assert.deepEqual(last, unbroken);
  });

  Deno.test(`train() ends in equal bits when it continues from an epoch's checkpoint, with ${name}`, async () => {
    const checkpoints: TrainingCheckpoint[] = [];
    const unbroken = await run(recipe, {
      afterEpoch: (checkpoint) => checkpoints.push(checkpoint),
    });
    assert.equal(checkpoints.length, EPOCHS - 1);
    // They are read only now: a checkpoint must not change with the training.
    for (const checkpoint of checkpoints) {
      assert.deepEqual(
        await run(recipe, { resume: stored(checkpoint) }),
        unbroken,
      );
    }
  });
}

Deno.test("train() depends on seed, dropout's owner, augmentation and optimiser", async () => {
  const recipe = recipeOf(ADAM);
  const states = await Promise.all([
    run(recipe),
    run(recipe, { seed: 2 }),
    run(recipe, { owner: "another" }),
    run({ ...recipe, augmentation: { cropPadding: 0, flip: true } }),
    run({ ...recipe, schedule: { type: "constant" } }),
    run(recipeOf(SGD)),
  ]);
  const distinct = new Set(states.map(({ state }) => JSON.stringify(state)));
  assert.equal(distinct.size, states.length);
});
