import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import * as ort from "../../lib/engine/onnx/web_runtime.ts";
import { watchOnnx } from "./live.ts";
import { EVERYTHING, OPTIMISERS } from "./networks.ts";
import { onnxContract } from "./onnx_contract.ts";
import {
  dropoutStream,
  engineSolver,
  makeProblem,
  withProgram,
} from "./problem.ts";
import type { Suite } from "./suite.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";

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

await whereAvailable("onnx-wasm", "the contract", () => {
  onnxContract(suite);
});
