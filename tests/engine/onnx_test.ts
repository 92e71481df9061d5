import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import { flatLayouts, piecesOf } from "../../lib/engine/onnx/flat.ts";
import * as ort from "../../lib/engine/onnx/runtime.ts";
import {
  buildNetwork,
  countParameters,
  describe,
  type Network,
} from "../../lib/network/mod.ts";
import { watchOnnx } from "./live.ts";
import { adam, conv, linear } from "./networks.ts";
import { onnxContract, SHAPES } from "./onnx_contract.ts";
import { engineSolver, makeProblem, withProgram } from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";
import { whereAvailable } from "./where_available.ts";

const watch = watchOnnx(ort);

const suite: Suite = {
  name: "onnx-cpu",
  open: () => openEngine("onnx-cpu"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 25,
  live: { count: watch.count, holds: true },
};

await whereAvailable("onnx-cpu", "the contract", () => {
  onnxContract(suite);
  testPieces();
});

/** Parameters of three pieces: the second entry is larger than any piece. */
const MANY_PARAMETERS: Network = {
  input: [1, 36, 36],
  blocks: [conv(3, { out: 12 }), linear(9), linear(3)],
};

function testPieces(): void {
  Deno.test("onnx-cpu step() updates all parameters when they make several pieces", async () => {
    assert.equal(
      piecesOf(flatLayouts(MANY_PARAMETERS).trainable, { gpu: false })
        .length,
      3,
    );
    await checkProblem(
      suite,
      makeProblem(MANY_PARAMETERS, { seed: 3, steps: 3, optimiser: adam({}) }),
    );
  });
}

Deno.test("piecesOf() keeps every entry in order when some are large", () => {
  for (const network of [MANY_PARAMETERS, ...Object.values(SHAPES)]) {
    const layout = flatLayouts(network).trainable;
    const pieces = piecesOf(layout, { gpu: false });
    let start = 0;
    const moved = pieces.flatMap(({ entries, size }) => {
      const from = start;
      start += size;
      return entries.map((entry) => ({
        ...entry,
        offset: from + entry.offset,
      }));
    });
    assert.deepEqual(moved, layout.entries, describe(network));
    assert.equal(start, layout.size);
  }
});

Deno.test("onnx-cpu weights() has as many values as countParameters() says when networks are the paper's", async () => {
  const engine = await openEngine("onnx-cpu");
  const options = { input: [3, 32, 32] as const, classes: 10, width: 0.1 };
  for (const name of ["vgg11", "resnet18", "resnet50", "squeezenet"] as const) {
    const network = buildNetwork(name, options);
    const problem = makeProblem(network, { seed: 1, size: 2, steps: 0 });
    await withProgram(engine, problem, async (program) => {
      const sizes = Object.entries(await program.weights())
        .filter(([key]) => !key.includes("running"))
        .map(([, values]) => values.length);
      const sum = sizes.reduce((a, b) => a + b, 0);
      assert.equal(sum, countParameters(network), name);
    });
  }
});
