import { openEngine } from "../../lib/engine/mod.ts";
import { openOnnxCpu } from "../../lib/engine/onnx/mod.ts";
import { engineContract } from "./contract.ts";
import { watchOnnx } from "./live.ts";
import { engineSolver } from "./problem.ts";
import type { Suite } from "./suite.ts";
import { whereAvailable } from "./where_available.ts";

const watch = watchOnnx();

const suite: Suite = {
  name: "onnx-cpu",
  open: () => openEngine("onnx-cpu"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 25,
  live: { count: watch.count, holds: true },
};

await whereAvailable("onnx-cpu", "the contract", () => {
  engineContract(suite);

  // What processors without the runtime's direct convolutions compute.
  engineContract({
    ...suite,
    name: "onnx-cpu without blocks",
    hasName: false,
    open: () => openOnnxCpu({ blocked: false }),
  });
});
