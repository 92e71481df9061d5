import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import { onnxContract } from "./onnx_contract.ts";
import { engineSolver } from "./problem.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";
import { digestInWorker } from "./worker_digest.ts";

const NAME = "tfjs-wasm";

await whereAvailable(NAME, "the contract", () => {
  // Its shapes are those where implementations of convolutions differ.
  onnxContract({
    name: NAME,
    open: () => openEngine(NAME),
    expected: async () => engineSolver(await openEngine("tfjs")),
    examples: 12,
    wideExamples: 6,
    // Its average pools clamp: NaN becomes a number there.
    predictsNaN: false,
    // Between two calls its state lies in plain arrays.
    live: { count: () => tf.memory().numTensors, holds: false },
  });

  Deno.test(`${NAME} names what computes and nothing of the machine`, async () => {
    const { version, instructionSet } = await openEngine(NAME);
    assert.match(
      version,
      /^@tensorflow\/tfjs-backend-wasm 4\.22\.0, kernels \d+$/,
    );
    assert.equal(instructionSet, "wasm simd128");
  });

  Deno.test(`${NAME} gives the same bits when it trains here and in two workers at once`, async () => {
    const here = await trainingDigest(NAME, 5);
    const inWorkers = [1, 2].map(() => digestInWorker(NAME));
    assert.deepEqual(await Promise.all(inWorkers), [here, here]);
  });
});
