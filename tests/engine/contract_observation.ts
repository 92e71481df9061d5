/** Running statistics of batch norm, re-estimated without training. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Network } from "../../lib/network/mod.ts";
import type { Program, Weights } from "../../lib/engine/mod.ts";
import { assertClose } from "./compare.ts";
import { observe64 } from "./float64_training.ts";
import {
  conv,
  EVERYTHING,
  linear,
  OPTIMISERS,
  POOL_ENDED,
  small,
} from "./networks.ts";
import {
  dropoutStream,
  makeProblem,
  type Problem,
  randomBatch,
  withProgram,
} from "./problem.ts";
import { type Suite, toleranceOf } from "./suite.ts";

/** A second batch norm sees what dropout lets through. */
const DROPPED: Network = {
  input: [2, 4, 4],
  blocks: [
    conv(3, { out: 3, bias: true }),
    { type: "batchNorm" },
    { type: "dropout", rate: 0.5 },
    conv(3, { out: 17 }),
    { type: "batchNorm" },
    linear(3),
  ],
};

/** By what is special in their statistics. */
const NETWORKS: Readonly<Record<string, Network>> = {
  "layers are of every kind": EVERYTHING,
  "branches are joined": POOL_ENDED,
  "dropout comes before": DROPPED,
  "batch norm comes first": small({ type: "batchNorm" }, conv(3)),
};

/** Registers the tests. */
export function observationContract(suite: Suite): void {
  const { name, open } = suite;
  const problem = makeProblem(EVERYTHING, {
    seed: 71,
    size: 3,
    batchSize: 4,
    steps: 2,
    optimiser: OPTIMISERS["Adam with weight decay"]!,
  });
  const { images, size } = problem.batches[0]!;

  for (const [kind, network] of Object.entries(NETWORKS)) {
    Deno.test(`${name} observe() moves the statistics alone when ${kind}`, async () => {
      const engine = await open();
      const base = makeProblem(network, { seed: 72, size: 4 });
      await withProgram(engine, base, async (program) => {
        await fc.assert(
          fc.asyncProperty(
            fc.integer({ min: 1, max: 4 }),
            fc.double({ min: 0.01, max: 1, noNaN: true }),
            fc.integer({ min: 1, max: 1e6 }),
            async (size, momentum, seed) => {
              const { images } = randomBatch(network, { size, seed });
              program.load(base.weights);
              await program.observe(images, size, momentum);
              const actual = await program.weights();
              const observation = { images, size, momentum };
              const expected = observe64(base, observation);
              for (const [key, values] of Object.entries(expected)) {
                assertClose(actual[key]!, values, {
                  what: `${key} of ${size} with ${momentum}`,
                  tolerance: key.includes("running") ? toleranceOf(suite) : 0,
                });
              }
            },
          ),
          { seed: 73, numRuns: 10 },
        );
      });
    });
  }

  Deno.test(`${name} observe() leaves the statistics that a step leaves when its momentum is a step's`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      await step(program);
      const stepped = running(await program.weights());
      program.load(problem.weights);
      await program.observe(images, size, 0.1);
      for (
        const [key, values] of Object.entries(running(await program.weights()))
      ) {
        assertClose(values, stepped[key]!, { what: key, tolerance: 1e-6 });
      }
    });
  });

  Deno.test(`${name} observe() averages the batches when their momenta are 1/t`, async () => {
    const engine = await open();
    const batches = [1, 2, 3, 4, 5].map((seed) =>
      randomBatch(EVERYTHING, { size, seed }).images
    );
    await withProgram(engine, problem, async (program) => {
      const each: Weights[] = [];
      for (const batch of batches) {
        await program.observe(batch, size, 1);
        each.push(running(await program.weights()));
      }
      program.load(problem.weights);
      for (const [index, batch] of batches.entries()) {
        await program.observe(batch, size, 1 / (index + 1));
      }
      for (
        const [key, values] of Object.entries(running(await program.weights()))
      ) {
        const mean = Array.from(
          values,
          (_, i) => each.reduce((sum, one) => sum + one[key]![i]! / 5, 0),
        );
        assertClose(values, mean, { what: key, tolerance: 1e-5 });
      }
    });
  });

  Deno.test(`${name} observe() leaves memory and step count alone when training goes on`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      await step(program);
      const before = await program.state();
      await program.observe(images, size, 0.5);
      const observed = await program.state();
      const statistics = running(observed.weights);
      assert.notDeepEqual(statistics, running(before.weights));
      const expected = { ...before.weights, ...statistics };
      assert.deepEqual(observed, { ...before, weights: expected });
      const loss = await step(program);
      const after = await program.state();
      await withProgram(engine, problem, async (fresh) => {
        fresh.restore(observed);
        assert.equal(await step(fresh), loss);
        assert.deepEqual(await fresh.state(), after);
      });
    });
  });

  Deno.test(`${name} observe() is seen by predict() when logits were predicted before`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      const before = await program.predict(images, size);
      await program.observe(images, size, 1);
      const after = await program.predict(images, size);
      assert.notDeepEqual(after, before);
      program.load(await program.weights());
      assert.deepEqual(await program.predict(images, size), after);
    });
  });

  Deno.test(`${name} observe() changes nothing when there is no batch norm`, async () => {
    const engine = await open();
    const plain: Problem = makeProblem(
      small(conv(3), { type: "dropout", rate: 0.5 }),
      { seed: 74, size: 2 },
    );
    const batch = plain.batches[0]!;
    await withProgram(engine, plain, async (program) => {
      const before = await program.state();
      const logits = await program.predict(batch.images, 2);
      await program.observe(batch.images, 2, 1);
      assert.deepEqual(await program.state(), before);
      assert.deepEqual(await program.predict(batch.images, 2), logits);
    });
  });

  Deno.test(`${name} observe() reads only the images that count when there are more`, async () => {
    const engine = await open();
    const longer = Float32Array.of(...images, ...Array(500).fill(NaN));
    const observed = (given: Float32Array) =>
      withProgram(engine, problem, async (program) => {
        await program.observe(given, size, 0.5);
        return await program.weights();
      });
    assert.deepEqual(await observed(longer), await observed(images));
  });

  const five = randomBatch(EVERYTHING, { size: 5, seed: 75 }).images;
  const misfits: Record<string, [Float32Array, number, number]> = {
    "the size is 0": [five, 0, 0.5],
    "the size is above the plan's": [five, 5, 0.5],
    "the size is no integer": [five, 1.5, 0.5],
    "images are too few": [images.subarray(1), size, 0.5],
    "the momentum is 0": [images, size, 0],
    "the momentum is negative": [images, size, -0.1],
    "the momentum is above 1": [images, size, 1.1],
    "the momentum is no number": [images, size, NaN],
  };
  for (const [kind, misfit] of Object.entries(misfits)) {
    Deno.test(`${name} observe() rejects with a RangeError and changes nothing when ${kind}`, async () => {
      const engine = await open();
      await withProgram(engine, problem, async (program) => {
        const before = await program.state();
        await assert.rejects(
          program.observe(...misfit),
          (error) =>
            error instanceof RangeError &&
            error.message.startsWith("Cannot observe: "),
        );
        assert.deepEqual(await program.state(), before);
      });
    });
  }

  Deno.test(`${name} observe() rejects when the program is disposed`, async () => {
    const engine = await open();
    const program = await engine.compile(problem.network, problem.plan);
    await program.dispose();
    await assert.rejects(program.observe(images, size, 0.5), /disposed/);
  });

  async function step(program: Program): Promise<number> {
    return await program.step(problem.batches[0]!, {
      learningRate: 0.05,
      random: dropoutStream(problem),
    });
  }
}

/** The running statistics among some weights. */
function running(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights).filter(([key]) => key.includes("running")),
  );
}
