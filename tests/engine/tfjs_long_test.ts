import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Network } from "../../lib/network/mod.ts";
import { plainKernels } from "../../lib/engine/tfjs/layers.ts";
import { openTfjs, type TfjsBackend } from "../../lib/engine/tfjs/mod.ts";
import { engineContract } from "./contract.ts";
import { solve64 } from "./float64_training.ts";
import { failsAt } from "./failing_kernels.ts";
import { conv, EVERYTHING, linear } from "./networks.ts";
import { dropoutStream, makeProblem, withProgram } from "./problem.ts";

engineContract({
  name: "tfjs",
  open: openTfjs,
  expected: () => Promise.resolve(solve64),
  examples: 40,
  wideExamples: 0,
  // Between two calls its state lies in plain arrays.
  live: { count: () => tf.memory().numTensors, holds: false },
});

Deno.test("tfjs step(), predict() and observe() leave no tensor behind when they succeed", async () => {
  const engine = await openTfjs();
  const problem = makeProblem(EVERYTHING, { seed: 1, size: 2 });
  const [batch] = problem.batches;
  const before = tf.memory().numTensors;
  await withProgram(engine, problem, async (program) => {
    const random = dropoutStream(problem);
    for (let i = 0; i < 3; i++) {
      await program.step(batch!, { learningRate: 0.1, random });
      await program.predict(batch!.images, 2);
      await program.observe(batch!.images, 2, 0.5);
      assert.equal(tf.memory().numTensors, before);
    }
  });
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("tfjs step() leaks nothing and changes nothing when any operation fails", async () => {
  const engine = await openTfjs();
  const network: Network = {
    input: [1, 4, 4],
    blocks: [
      conv(3, { bias: true }),
      { type: "batchNorm" },
      { type: "relu" },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
      { type: "dropout", rate: 0.5 },
      linear(2),
    ],
  };
  const problem = makeProblem(network, { seed: 1, size: 2 });
  const [batch] = problem.batches;
  const before = tf.memory().numTensors;
  await withProgram(engine, problem, async (program) => {
    const step = () =>
      program.step(batch!, {
        learningRate: 0.1,
        random: dropoutStream(problem),
      });
    const start = await program.state();
    const loss = await step();
    const after = await program.state();
    program.restore(start);
    let failures = 0;
    while (await failsAt("cpu", failures + 1, step)) {
      failures++;
      assert.equal(tf.memory().numTensors, before, `failure ${failures}`);
      assert.deepEqual(await program.state(), start, `failure ${failures}`);
    }
    // The last round ran through, although many had failed before.
    assert.deepEqual(await program.state(), after);
    assert.ok(failures > 50, `${failures} operations`);
    program.restore(start);
    assert.equal(await step(), loss);
  });
});

Deno.test("tfjs observe() leaks nothing and changes nothing when any operation fails", async () => {
  const engine = await openTfjs();
  const problem = makeProblem(EVERYTHING, { seed: 1, size: 2 });
  const { images } = problem.batches[0]!;
  const before = tf.memory().numTensors;
  await withProgram(engine, problem, async (program) => {
    const start = await program.state();
    const observe = () => program.observe(images, 2, 0.5);
    let failures = 0;
    while (await failsAt("cpu", failures + 1, observe)) {
      failures++;
      assert.equal(tf.memory().numTensors, before, `failure ${failures}`);
      assert.deepEqual(await program.state(), start, `failure ${failures}`);
    }
    assert.ok(failures > 30, `${failures} operations`);
    assert.notDeepEqual(await program.state(), start);
  });
});

Deno.test("openTfjs() uses the backend that it is given when programs run", async () => {
  const calls: string[] = [];
  const backend: TfjsBackend = {
    engine: "another",
    version: "some backend 1.0",
    instructionSet: "any",
    kernels: plainKernels,
    activate() {
      calls.push("activate");
      void tf.setBackend("cpu");
    },
  };
  const engine = await openTfjs(backend);
  assert.equal(engine.name, "another");
  assert.equal(engine.version, "some backend 1.0");
  assert.equal(calls.length, 1);
  const problem = makeProblem({ input: [1, 1, 1], blocks: [linear(2)] }, {
    seed: 1,
    size: 1,
  });
  await withProgram(engine, problem, async (program) => {
    const done = calls.length;
    await program.predict(new Float32Array(1), 1);
    assert.equal(calls.length, done + 1);
  });
});

Deno.test("openTfjs() says nothing on the console when it is first used", async () => {
  const script = `
    import { openTfjs } from "./lib/engine/tfjs/mod.ts";
    const engine = await openTfjs();
    const program = await engine.compile(
      { input: [1, 1, 1], blocks: [{ type: "linear", outFeatures: 1, bias: true }] },
      { loss: { crossEntropy: 1, logitMse: 0 }, batchSize: 1,
        optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } },
    );
    await program.predict(new Float32Array(1), 1);
  `;
  const root = new URL("../../", import.meta.url);
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", script],
    cwd: root,
  }).output();
  const text = new TextDecoder();
  assert.equal(text.decode(stderr), "");
  assert.equal(text.decode(stdout), "");
  assert.equal(code, 0);
});
