import assert from "node:assert/strict";
import { wasmBytes } from "./wasm_memory.ts"; // Before the runtime.
import { type Batch, openEngine } from "../../lib/engine/mod.ts";
import * as ort from "../../lib/engine/onnx/web_runtime.ts";
import type { Network } from "../../lib/network/mod.ts";
import { watchOnnx } from "./live.ts";
import { conv, linear, OPTIMISERS } from "./networks.ts";
import { onnxContract } from "./onnx_contract.ts";
import {
  dropoutStream,
  engineSolver,
  makeProblem,
  withProgram,
} from "./problem.ts";
import type { Suite } from "./suite.ts";
import { GOLDEN_TRAINING, trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";
import { digestInWorker } from "./worker_digest.ts";

const watch = watchOnnx(ort);

// The graphs are onnx-cpu's, which is tested with more examples.
const suite: Suite = {
  name: "onnx-wasm",
  open: () => openEngine("onnx-wasm"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 12,
  wideExamples: 10,
  live: { count: watch.count, holds: true },
};

/** Little work on much memory. */
const LARGE_INPUT: Network = {
  input: [3, 32, 32],
  blocks: [
    conv(1),
    { type: "batchNorm" },
    { type: "avgPool", kernel: "global", stride: 1 },
    linear(5),
  ],
};

/** Steps of which a leak would show: their images alone are 197 MB. */
const STEPS = 500;

/** Steps after which the memory has its size. */
const WARM_UP = 50;

await whereAvailable("onnx-wasm", "the contract", () => {
  onnxContract(suite);

  Deno.test("onnx-wasm names nothing of the machine", async () => {
    const { version, instructionSet } = await openEngine("onnx-wasm");
    assert.equal(instructionSet, "wasm simd128");
    assert.match(version, /^onnxruntime-web \d+\.\d+\.\d+, graph \d+$/);
  });

  Deno.test("onnx-wasm leaves the global workers in their place", () => {
    // The runtime would put Node's there, which are no event targets.
    assert.ok(Worker.prototype instanceof EventTarget);
  });

  Deno.test("onnx-wasm gives the golden bits when it trains here and in workers", async () => {
    assert.equal(await trainingDigest("onnx-wasm", 5), GOLDEN_TRAINING);
    const inWorkers = [1, 2].map(() => digestInWorker("onnx-wasm"));
    assert.deepEqual(await Promise.all(inWorkers), [
      GOLDEN_TRAINING,
      GOLDEN_TRAINING,
    ]);
  });

  Deno.test("onnx-wasm needs no more memory when it goes on and on", async () => {
    const problem = makeProblem(LARGE_INPUT, {
      seed: 71,
      size: 32,
      optimiser: OPTIMISERS["Adam with weight decay"]!,
    });
    const [batch] = problem.batches as [Batch];
    let before = 0;
    await withProgram(
      await openEngine("onnx-wasm"),
      problem,
      async (program) => {
        const random = dropoutStream(problem);
        const options = { learningRate: 0.01, random };
        for (let i = 0; i < STEPS; i++) {
          await program.step(batch, options);
          if (i % 10 !== 0) continue;
          await program.predict(batch.images, batch.size);
          await program.observe(batch.images, batch.size, 0.5);
          if (i === WARM_UP) before = wasmBytes();
        }
      },
    );
    assert.ok(before > 0);
    assert.equal(wasmBytes(), before);
  });
});
