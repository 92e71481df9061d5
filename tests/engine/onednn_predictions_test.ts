/** Predictions with what follows a convolution computed with it. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Engine,
  MemoryLimitError,
  openEngine,
  type Weights,
} from "../../lib/engine/mod.ts";
import {
  type Block,
  canonical,
  type Layer,
  type Network,
  parameterTable,
  shapes,
} from "../../lib/network/mod.ts";
import { Scratch } from "../../lib/engine/onednn/arena.ts";
import { openLibrary } from "../../lib/engine/onednn/library.ts";
import { Parameters } from "../../lib/engine/onednn/parameters.ts";
import { Predictions } from "../../lib/engine/onednn/predictions.ts";
import { endsInConv, fold, tailOf } from "../../lib/engine/onednn/folded.ts";
import { assertClose, maxNorm } from "./compare.ts";
import { forward64 } from "./float64_forward.ts";
import { conv, EVERYTHING, linear, POOL_ENDED } from "./networks.ts";
import {
  dropoutStream,
  makeProblem,
  randomBatch,
  withProgram,
} from "./problem.ts";
import { whereAvailable } from "./where_available.ts";

const NORM: Layer = { type: "batchNorm" };
const RELU: Layer = { type: "relu" };
const CONV = conv(3, { out: 3 });

function headed(...blocks: readonly Block[]): Network {
  return {
    input: [3, 6, 6],
    blocks: [...blocks, { type: "avgPool", kernel: "global", stride: 1 }, {
      ...linear(4),
    }],
  };
}

/** Wherever a sum or a ReLU can belong to a convolution, and wherever it cannot. */
const NETWORKS: Readonly<Record<string, Network>> = {
  EVERYTHING,
  POOL_ENDED,
  "a residual block comes first": headed(
    { type: "residual", body: [CONV, NORM], shortcut: [] },
    CONV,
  ),
  "two identities follow each other": headed(
    CONV,
    { type: "residual", body: [CONV, NORM], shortcut: [] },
    { type: "residual", body: [CONV], shortcut: [] },
  ),
  "a body ends in a ReLU before an identity": headed(
    CONV,
    { type: "residual", body: [CONV, NORM, RELU], shortcut: [] },
    { type: "residual", body: [CONV, NORM], shortcut: [] },
  ),
  "a body has no convolution": headed(
    CONV,
    { type: "residual", body: [NORM], shortcut: [] },
    { type: "residual", body: [CONV, NORM], shortcut: [CONV, NORM] },
  ),
  "a shortcut is longer than its body": headed(
    { type: "residual", body: [CONV], shortcut: [CONV, NORM, RELU, CONV] },
  ),
  "channels are added at an end": headed(
    CONV,
    {
      type: "residual",
      body: [conv(3, { out: 20 }), NORM],
      shortcut: [{ type: "padChannels", before: 8, after: 9 }],
    },
  ),
  "an identity follows a concatenation": headed(
    { type: "concat", branches: [[CONV, RELU], [], [CONV]] },
    { type: "residual", body: [conv(3, { out: 9 }), NORM], shortcut: [] },
  ),
  "the order is another": headed(
    NORM,
    RELU,
    CONV,
    RELU,
    NORM,
    RELU,
    { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    NORM,
    CONV,
    NORM,
  ),
  "Winograd's convolutions are added to": headed(
    conv(3, { out: 32 }),
    { type: "residual", body: [conv(3, { out: 32 }), NORM], shortcut: [] },
  ),
  "a kernel is larger than its map": {
    input: [3, 2, 2],
    blocks: [
      { ...conv(5, { out: 3 }), padding: 2 },
      {
        type: "residual",
        body: [{ ...CONV, kernel: 5, padding: 2 }],
        shortcut: [],
      },
      RELU,
      linear(3),
    ],
  },
};

function parameters64(weights: Weights) {
  return new Map(
    Object.entries(weights).map((
      [name, values],
    ) => [name, Float64Array.from(values)]),
  );
}

Deno.test("tailOf() and endsInConv() take what follows at once", () => {
  assert.deepEqual(tailOf([CONV, NORM, RELU], 0), { norm: true, relu: true });
  assert.deepEqual(tailOf([CONV, RELU, NORM], 0), { norm: false, relu: true });
  assert.deepEqual(tailOf([CONV, NORM, NORM, RELU], 0), {
    norm: true,
    relu: false,
  });
  assert.deepEqual(tailOf([CONV], 0), { norm: false, relu: false });
  assert.ok(endsInConv([RELU, CONV]) && endsInConv([CONV, NORM]));
  assert.ok(![[], [NORM], [CONV, RELU], [CONV, NORM, NORM]].some(endsInConv));
});

Deno.test("fold() bounds what a network can give, for any weights", () => {
  fc.assert(fc.property(
    fc.constantFrom(...Object.values(NETWORKS)),
    fc.integer({ min: 1, max: 1e6 }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
    (plain, seed, factor) => {
      const network = canonical(plain);
      const { weights, batches: [batch] } = makeProblem(network, { seed });
      for (const { name, trainable } of parameterTable(network)) {
        if (trainable) {
          weights[name]!.forEach((value, i) =>
            weights[name]![i] = Math.abs(value) * factor
          );
        }
      }
      const images = batch!.images.map(Math.abs);
      const logits = forward64(network, Float64Array.from(images), {
        size: batch!.size,
        parameters: parameters64(weights),
      });
      const largest = fold(network, weights).largest(maxNorm(images));
      assert.ok(maxNorm(logits) <= largest * (1 + 1e-5));
    },
  ));
});

// Seen to fail: with the larger of a residual block's branches for their sum.
Deno.test("fold() bounds single products exactly, and NaN by NaN", () => {
  const network: Network = { input: [2, 1, 1], blocks: [conv(1, { out: 2 })] };
  const weights = { "blocks.0.weight": Float32Array.of(1, -2, 3, 0.5) };
  assert.equal(fold(network, weights).largest(2), 7);
  // A map between may be larger than what it leads to.
  const down: Network = { input: [2, 1, 1], blocks: [conv(1), conv(1)] };
  const less = { "blocks.1.weight": new Float32Array(4), ...weights };
  assert.equal(fold(down, less).largest(2), 7);
  const twice: Network = {
    input: [2, 1, 1],
    blocks: [{ type: "residual", body: [conv(1)], shortcut: [] }],
  };
  const body = { "blocks.0.body.0.weight": weights["blocks.0.weight"] };
  assert.equal(fold(twice, body).largest(2), 9);
  for (const value of [NaN, Infinity]) {
    assert.ok(!(fold(network, weights).largest(value) < Infinity));
    const wrong = { "blocks.0.weight": Float32Array.of(1, value, 0, 0) };
    assert.ok(!(fold(network, wrong).largest(2) < Infinity));
  }
});

await whereAvailable("onednn", "predictions", () => {
  for (const [kind, plain] of Object.entries(NETWORKS)) {
    Deno.test(`onednn predict() gives the forward pass when ${kind}`, async () => {
      const network = canonical(plain);
      const problem = makeProblem(network, { seed: 7, size: 5 });
      const { images } = problem.batches[0]!;
      const expected = forward64(network, Float64Array.from(images), {
        size: 5,
        parameters: parameters64(problem.weights),
      });
      await withProgram(
        await openEngine("onednn"),
        problem,
        async (program) => {
          for (const count of [5, 1, 5]) {
            const logits = await program.predict(images, count);
            assertClose(logits, expected.slice(0, logits.length), {
              what: `logits of ${count}`,
              tolerance: 1e-5,
            });
          }
        },
      );
    });
  }

  // Seen to fail: with folded layers for every network.
  Deno.test("onednn predict() shows a NaN when finite weights overflow before a ReLU", async () => {
    const network: Network = {
      input: [1, 2, 2],
      blocks: [conv(1), RELU, conv(1), RELU, linear(2)],
    };
    const problem = {
      ...makeProblem(network, { seed: 8 }),
      weights: {
        "blocks.0.weight": Float32Array.of(3e38, 3e38),
        // Infinity less infinity.
        "blocks.2.weight": Float32Array.of(1, -1, 0, 0),
        "blocks.4.weight": new Float32Array(16).fill(1),
        "blocks.4.bias": new Float32Array(2),
      },
    };
    await withProgram(await openEngine("onednn"), problem, async (program) => {
      const logits = await program.predict(new Float32Array(4).fill(9), 1);
      assert.ok(logits.every(Number.isNaN), String(logits));
    });
  });

  // Seen to fail: with pieces of one size, whatever their maps need.
  Deno.test("onednn predict() takes smaller pieces when the maps of larger ones cannot be addressed", () => {
    const library = openLibrary();
    const network = canonical(EVERYTHING);
    const problem = makeProblem(network, { seed: 11, size: 40 });
    const { images } = problem.batches[0]!;
    const parameters = new Parameters(
      network,
      problem.plan.optimiser,
      library.block,
    );
    parameters.load(problem.weights);
    const [features, classes] = [images.length / 40, shapes(network).output[0]];
    const predict = (most: number | undefined, count: number) => {
      const scratch = new Scratch(most);
      const predictions = new Predictions({
        library,
        network,
        parameters,
        scratch,
      });
      try {
        return predictions.predict(images.subarray(0, count * features), {
          count,
          features,
          classes,
        });
      } finally {
        predictions.dispose();
        scratch.dispose();
      }
    };
    try {
      const usual = predict(undefined, 40);
      let refused = 0;
      for (let most = 2 ** 24; most >= 2 ** 10; most /= 2) {
        try {
          assertClose(predict(most, 40), usual, {
            what: `logits within ${most} bytes`,
            tolerance: 1e-5,
          });
          assert.equal(refused, 0);
        } catch (error) {
          if (!(error instanceof MemoryLimitError)) throw error;
          assert.throws(() => predict(most, 1), MemoryLimitError);
          refused++;
        }
      }
      assert.ok(refused > 0);
    } finally {
      parameters.dispose();
    }
  });

  // Seen to fail: without telling which plan's weights stand in the memory that all
  // share; without forgetting them at each of what changes them or that memory; and
  // with folded weights that share their memory with maps.
  Deno.test("onednn predict() gives the same bits when other plans have run between", async () => {
    const engine = await openEngine("onednn");
    const network = canonical(EVERYTHING);
    const problem = makeProblem(network, { seed: 9, size: 6 });
    const { images } = problem.batches[0]!;
    await withProgram(engine, problem, async (program) => {
      const first = await program.predict(images, 6);
      assert.deepEqual(await program.predict(images, 6), first);
      const one = await program.predict(images, 1);
      const spoilt = images.slice();
      spoilt[0] = NaN;
      assert.ok(Number.isNaN((await program.predict(spoilt, 6))[0]));
      assert.deepEqual(await program.predict(images, 6), first);
      assert.deepEqual(await program.predict(images, 1), one);
      await program.observe(images, 6, 0.1);
      const later = await program.predict(images, 6);
      assert.notDeepEqual(later, first);
      assert.deepEqual(
        later,
        await afresh(engine, problem, await program.weights()),
      );
      await program.step(randomBatch(network, { size: 6, seed: 10 }), {
        learningRate: 0.1,
        random: dropoutStream(problem),
      });
      assert.deepEqual(
        await program.predict(images, 6),
        await afresh(engine, problem, await program.weights()),
      );
      const state = await program.state();
      program.load(problem.weights);
      assert.deepEqual(await program.predict(images, 6), first);
      program.restore(state);
      assert.deepEqual(
        await program.predict(images, 6),
        await afresh(engine, problem, state.weights),
      );
    });
  });
});

/** What a new program of the same network predicts with some weights. */
async function afresh(
  engine: Engine,
  problem: ReturnType<typeof makeProblem>,
  weights: Weights,
): Promise<Float32Array> {
  return await withProgram(
    engine,
    { ...problem, weights },
    (program) => program.predict(problem.batches[0]!.images, 6),
  );
}
