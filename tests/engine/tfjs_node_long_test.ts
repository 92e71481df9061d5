import assert from "node:assert/strict";
import { usesOnednn } from "../../lib/engine/tfjs/node/instruction_set.ts";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { type Batch, openEngine } from "../../lib/engine/mod.ts";
import { countNativeTensors } from "../../lib/engine/tfjs/node/mod.ts";
import type { Network } from "../../lib/network/mod.ts";
import { failsAt } from "./failing_kernels.ts";
import { conv, EVERYTHING, linear, OPTIMISERS } from "./networks.ts";
import { onnxContract } from "./onnx_contract.ts";
import {
  dropoutStream,
  engineSolver,
  makeProblem,
  withProgram,
} from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";
import { trainingDigest } from "./training_digest.ts";
import { whereAvailable } from "./where_available.ts";
import { digestInWorker } from "./worker_digest.ts";

const NAME = "tfjs-node";

const suite: Suite = {
  name: NAME,
  open: () => openEngine(NAME),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 12,
  wideExamples: 10,
  // Between two calls its state lies in plain arrays.
  live: {
    count: () => tf.memory().numTensors + countNativeTensors(),
    holds: false,
  },
};

/** Steps of which a leak would show. */
const STEPS = 500;

await whereAvailable(NAME, "the contract", () => {
  // Its shapes are those where implementations of convolutions differ.
  onnxContract(suite);
  ownTests();
});

function ownTests(): void {
  // TensorFlow's "SAME" is such a padding for some maps and strides only.
  for (const [kernel, stride, padding] of [[3, 2, 1], [5, 1, 1], [2, 1, 1]]) {
    Deno.test(`${NAME} step() gives forward and gradient when a window of ${kernel} moves by ${stride} in a border of ${padding}`, async () => {
      for (const side of [6, 7]) {
        const network: Network = {
          input: [2, side, side + 2],
          blocks: [
            conv(3, { out: 3 }),
            {
              ...{ type: "conv", outChannels: 4, bias: true },
              ...{ kernel: kernel!, stride: stride!, padding: padding! },
            },
            linear(3),
          ],
        };
        await checkProblem(suite, makeProblem(network, { seed: 5, size: 3 }));
      }
    });
  }

  Deno.test(`${NAME} names TensorFlow, the instruction set and the thread`, async () => {
    const { version, instructionSet } = await openEngine(NAME);
    assert.match(
      version,
      /^tfjs-node 4\.22\.0, TensorFlow \d+\.\d+\.\d+, kernels \d+$/,
    );
    assert.match(instructionSet, /^\S+, .+, 1 thread$/);
    assert.equal(instructionSet.includes("without oneDNN"), !usesOnednn());
  });

  Deno.test(`${NAME} gives the same bits when it trains here and in two workers at once`, async () => {
    const here = await trainingDigest(NAME, 5);
    const inWorkers = [1, 2].map(() => digestInWorker(NAME));
    assert.deepEqual(await Promise.all(inWorkers), [here, here]);
  });

  Deno.test(`${NAME} gives the same bits and says nothing when the environment asks for other threads and kernels`, async () => {
    const script = new URL("./training_digest.ts", import.meta.url);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-qA", "--no-check", fileURLToPath(script), NAME, "5"],
      env: {
        TF_NUM_INTRAOP_THREADS: "3",
        TF_NUM_INTEROP_THREADS: "3",
        // The other of both: it depends on the processor which is used.
        TF_ENABLE_ONEDNN_OPTS: usesOnednn() ? "0" : "1",
      },
    }).output();
    const text = new TextDecoder();
    assert.equal(text.decode(stderr), "");
    assert.equal(code, 0);
    assert.equal(text.decode(stdout), await trainingDigest(NAME, 5));
  });

  Deno.test(`${NAME} leaves the plain backend to whoever chooses none`, async () => {
    const script = `
      import * as tf from "@tensorflow/tfjs";
      import { openEngine } from "./lib/engine/mod.ts";
      import { loadPackage } from "./lib/engine/tfjs/node/load.ts";
      loadPackage("@tensorflow/tfjs-node");
      await tf.ready();
      console.log(tf.getBackend());
    `;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-check", script],
      cwd: new URL("../../", import.meta.url),
    }).output();
    assert.equal(
      new TextDecoder().decode(stdout).trim().split("\n").at(-1),
      "cpu",
    );
  });

  Deno.test(`${NAME} and tfjs keep to their backends when they train at once`, async () => {
    const alone = [NAME, "tfjs"].map((name) => trainingDigest(name, 7));
    const expected = [await alone[0], await alone[1]];
    const together = [NAME, "tfjs", NAME].map((name) =>
      trainingDigest(name, 7)
    );
    assert.deepEqual(await Promise.all(together), [...expected, expected[0]]);
  });

  Deno.test(`${NAME} holds no more tensors when it goes on and on`, async () => {
    const problem = makeProblem(EVERYTHING, {
      seed: 71,
      size: 4,
      optimiser: OPTIMISERS["Adam with weight decay"]!,
    });
    const [batch] = problem.batches as [Batch];
    await withProgram(await openEngine(NAME), problem, async (program) => {
      const random = dropoutStream(problem);
      const options = { learningRate: 0.01, random };
      await program.step(batch, options);
      const [before, native] = [tf.memory().numTensors, countNativeTensors()];
      for (let i = 0; i < STEPS; i++) {
        await program.step(batch, options);
        if (i % 10 !== 0) continue;
        await program.predict(batch.images, batch.size);
        await program.observe(batch.images, batch.size, 0.5);
      }
      assert.equal(tf.memory().numTensors, before);
      assert.equal(countNativeTensors(), native);
    });
  });

  Deno.test(`${NAME} step() and observe() leak nothing and change nothing when any operation fails`, async () => {
    const problem = makeProblem(EVERYTHING, { seed: 1, size: 2 });
    const [batch] = problem.batches as [Batch];
    const before = suite.live.count();
    await withProgram(await openEngine(NAME), problem, async (program) => {
      const uses = {
        step: () =>
          program.step(batch, {
            learningRate: 0.1,
            random: dropoutStream(problem),
          }),
        observe: () => program.observe(batch.images, 2, 0.5),
      };
      for (const [what, use] of Object.entries(uses)) {
        const start = await program.state();
        let failures = 0;
        while (await failsAt("tensorflow", failures + 1, use)) {
          failures++;
          assert.equal(suite.live.count(), before, `${what} ${failures}`);
          assert.deepEqual(await program.state(), start, `${what} ${failures}`);
        }
        assert.notDeepEqual(await program.state(), start);
        assert.ok(failures > 30, `${failures} operations of ${what}`);
      }
    });
  });
}
