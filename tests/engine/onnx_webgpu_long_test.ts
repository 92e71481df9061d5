import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import { watchOnnx } from "./live.ts";
import { onnxContract } from "./onnx_contract.ts";
import { engineSolver } from "./problem.ts";
import type { Suite } from "./suite.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";
import { digestInWorker } from "./worker_digest.ts";

await whereAvailable("onnx-webgpu", "the contract", async () => {
  const watch = watchOnnx(
    await import("../../lib/engine/onnx/webgpu_runtime.ts"),
  );

  // Few examples: shaders are compiled for every shape, which takes seconds.
  const suite: Suite = {
    name: "onnx-webgpu",
    open: () => openEngine("onnx-webgpu"),
    expected: async () => engineSolver(await openEngine("tfjs")),
    examples: 3,
    wideExamples: 2,
    predictsNaN: false,
    live: { count: watch.count, holds: true },
  };
  onnxContract(suite);

  Deno.test("onnx-webgpu gives equal bits when it trains here and in workers", async () => {
    const digest = await trainingDigest("onnx-webgpu", 5);
    const inWorkers = [1, 2].map(() => digestInWorker("onnx-webgpu"));
    assert.deepEqual(await Promise.all(inWorkers), [digest, digest]);
  });
});
