/** What processors without the runtime's direct convolutions compute. */

import { openEngine } from "../../lib/engine/mod.ts";
import { openOnnxCpu } from "../../lib/engine/onnx/mod.ts";
import * as ort from "../../lib/engine/onnx/runtime.ts";
import { watchOnnx } from "./live.ts";
import { onnxContract } from "./onnx_contract.ts";
import { engineSolver } from "./problem.ts";
import { whereAvailable } from "./where_available.ts";

const watch = watchOnnx(ort);

await whereAvailable("onnx-cpu", "the contract", () => {
  onnxContract({
    name: "onnx-cpu without blocks",
    hasName: false,
    open: () => openOnnxCpu({ blocked: false }),
    expected: async () => engineSolver(await openEngine("tfjs")),
    examples: 30,
    wideExamples: 25,
    live: { count: watch.count, holds: true },
  });
});
