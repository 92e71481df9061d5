import assert from "node:assert/strict";
import { openEngine } from "../../lib/engine/mod.ts";
import { flatLayouts, piecesOf } from "../../lib/engine/onnx/flat.ts";
import { openOnnxCpu } from "../../lib/engine/onnx/mod.ts";
import {
  buildNetwork,
  countParameters,
  describe,
  type Layer,
  type Network,
} from "../../lib/network/mod.ts";
import { engineContract } from "./contract.ts";
import { watchOnnx } from "./live.ts";
import { adam, conv, linear } from "./networks.ts";
import { engineSolver, makeProblem, withProgram } from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";
import { whereAvailable } from "./where_available.ts";

const watch = watchOnnx();

const blocked: Suite = {
  name: "onnx-cpu",
  open: () => openEngine("onnx-cpu"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 25,
  live: { count: watch.count, holds: true },
};

// What processors without the runtime's direct convolutions compute.
const plain: Suite = {
  ...blocked,
  name: "onnx-cpu without blocks",
  hasName: false,
  open: () => openOnnxCpu({ blocked: false }),
};

const POOL: Layer = { type: "maxPool", kernel: 2, stride: 2, padding: 0 };

/** A second convolution, so that the first one's output has a gradient too. */
function twoConvs(
  input: Network["input"],
  first: Layer,
  second: Layer,
): Network {
  return { input, blocks: [first, second, linear(3)] };
}

function strided(kernel: number, out: number, padding: number): Layer {
  return {
    type: "conv",
    outChannels: out,
    kernel,
    stride: 2,
    padding,
    bias: true,
  };
}

/** By what is special in the way that each is computed. */
const SHAPES: Readonly<Record<string, Network>> = {
  "large maps widen": twoConvs(
    [1, 12, 13],
    conv(3, { out: 5 }),
    conv(3, { out: 7 }),
  ),
  "large maps narrow": twoConvs(
    [2, 12, 13],
    conv(3, { out: 7 }),
    conv(3, { out: 5 }),
  ),
  "large maps have windows of 5x5": twoConvs(
    [1, 13, 12],
    conv(5, { out: 3 }),
    conv(5, { out: 4 }),
  ),
  "large maps have windows of 1x1": twoConvs(
    [3, 12, 12],
    conv(1, { out: 6 }),
    conv(1, { out: 5 }),
  ),
  "large maps are narrower than a window": twoConvs(
    [4, 130, 1],
    conv(5, { out: 4 }),
    conv(3, { out: 4 }),
  ),
  "blocks are strided": twoConvs(
    [3, 8, 6],
    conv(3, { out: 16 }),
    strided(3, 16, 1),
  ),
  "blocks of odd maps are strided": twoConvs(
    [3, 7, 9],
    conv(3, { out: 16 }),
    strided(3, 16, 1),
  ),
  "blocks are strided with a stride above the kernel": twoConvs(
    [3, 8, 6],
    conv(3, { out: 16 }),
    strided(1, 32, 0),
  ),
  "blocks are strided with windows of 5x5": twoConvs(
    [3, 8, 8],
    conv(3, { out: 16 }),
    strided(5, 16, 2),
  ),
  "pools have an odd row and column": {
    input: [2, 7, 9],
    blocks: [conv(3, { out: 3 }), POOL, linear(3)],
  },
};

await whereAvailable("onnx-cpu", "the contract", () => {
  for (const suite of [blocked, plain]) testSuite(suite);
  testPieces();
});

function testSuite(suite: Suite): void {
  engineContract(suite);

  for (const [shape, network] of Object.entries(SHAPES)) {
    Deno.test(`${suite.name} step() gives forward and gradient when ${shape}`, async () => {
      await checkProblem(
        suite,
        makeProblem(network, { seed: 5, size: 3, learningRate: 1024 }),
      );
    });
  }
}

/** Parameters of three pieces: the second entry is larger than any piece. */
const MANY_PARAMETERS: Network = {
  input: [1, 36, 36],
  blocks: [conv(3, { out: 12 }), linear(9), linear(3)],
};

function testPieces(): void {
  Deno.test("onnx-cpu step() updates all parameters when they make several pieces", async () => {
    assert.equal(piecesOf(flatLayouts(MANY_PARAMETERS).trainable).length, 3);
    await checkProblem(
      blocked,
      makeProblem(MANY_PARAMETERS, { seed: 3, steps: 3, optimiser: adam({}) }),
    );
  });
}

Deno.test("piecesOf() keeps every entry in order when some are large", () => {
  for (const network of [MANY_PARAMETERS, ...Object.values(SHAPES)]) {
    const layout = flatLayouts(network).trainable;
    const pieces = piecesOf(layout);
    assert.deepEqual(
      pieces.flatMap(({ entries }) => entries),
      layout.entries,
      describe(network),
    );
    let end = 0;
    for (const { entries, offset, size } of pieces) {
      assert.equal(offset, end);
      assert.equal(size, entries.reduce((sum, entry) => sum + entry.size, 0));
      end += size;
    }
    assert.equal(end, layout.size);
  }
});

Deno.test("onnx-cpu weights() has as many values as countParameters() says when networks are the paper's", async () => {
  const engine = await openEngine("onnx-cpu");
  const options = { input: [3, 32, 32] as const, classes: 10, width: 0.1 };
  for (const name of ["vgg11", "resnet18", "resnet50", "squeezenet"] as const) {
    const network = buildNetwork(name, options);
    const problem = makeProblem(network, { seed: 1, size: 2, steps: 0 });
    await withProgram(engine, problem, (program) => {
      const sizes = Object.entries(program.weights())
        .filter(([key]) => !key.includes("running"))
        .map(([, values]) => values.length);
      const sum = sizes.reduce((a, b) => a + b, 0);
      assert.equal(sum, countParameters(network), name);
      return Promise.resolve();
    });
  }
});
