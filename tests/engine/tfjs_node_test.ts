import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import { onnxContract } from "./onnx_contract.ts";
import { engineSolver } from "./problem.ts";
import { whereAvailable } from "./where_available.ts";

await whereAvailable("tfjs-node", "the contract", () => {
  onnxContract({
    name: "tfjs-node",
    open: () => openEngine("tfjs-node"),
    expected: async () => engineSolver(await openEngine("tfjs")),
    examples: 12,
    wideExamples: 10,
    live: { count: () => tf.memory().numTensors, holds: false },
  });
});
