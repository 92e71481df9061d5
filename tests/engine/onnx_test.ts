import { openEngine } from "../../lib/engine/mod.ts";
import { openOnnxCpu } from "../../lib/engine/onnx/mod.ts";
import { engineContract } from "./contract.ts";
import { engineSolver } from "./problem.ts";
import type { Suite } from "./suite.ts";

const suite: Suite = {
  name: "onnx-cpu",
  open: () => openEngine("onnx-cpu"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 25,
};

engineContract(suite);

// What processors without the runtime's direct convolutions compute.
engineContract({
  ...suite,
  name: "onnx-cpu without blocks",
  hasName: false,
  open: () => openOnnxCpu({ blocked: false }),
});
