/** A program's life: weights in and out, states, batches, faults, the end. */

import assert from "node:assert/strict";
import { canonical, parameterTable } from "../../lib/network/mod.ts";
import { type Random, randomStream } from "../../lib/random/mod.ts";
import type { Batch, Program, TrainingPlan } from "../../lib/engine/mod.ts";
import { assertClose } from "./compare.ts";
import { EVERYTHING, linear, OPTIMISERS, sgd, SMOOTH } from "./networks.ts";
import {
  dropoutStream,
  makeProblem,
  randomBatch,
  randomWeights,
  withProgram,
} from "./problem.ts";
import type { Suite } from "./suite.ts";
import { trainingDigest } from "./training_digest.ts";

const RATE = 0.05;

/** Registers the tests. */
export function programContract(suite: Suite): void {
  const { name, open } = suite;
  const problem = makeProblem(EVERYTHING, {
    seed: 31,
    size: 3,
    batchSize: 4,
    steps: 4,
    optimiser: OPTIMISERS["Adam with weight decay"]!,
  });
  const [first] = problem.batches as [Batch];

  Deno.test(`${name} says what its bits depend on when opened`, async () => {
    const engine = await open();
    for (const text of [engine.name, engine.version, engine.instructionSet]) {
      assert.match(text, /\S/);
    }
    assert.match(engine.version, /\d+\.\d+/);
  });

  Deno.test(`${name} compile() gives weights of zero when nothing is loaded`, async () => {
    const engine = await open();
    const program = await engine.compile(EVERYTHING, problem.plan);
    try {
      const weights = await program.weights();
      for (const { name, size } of parameterTable(canonical(EVERYTHING))) {
        assert.deepEqual(weights[name], new Float32Array(size), name);
      }
      assert.equal((await program.state()).step, 0);
    } finally {
      await program.dispose();
    }
  });

  Deno.test(`${name} compile() rejects with a RangeError when network or plan are not valid`, async () => {
    const engine = await open();
    const misfit = {
      input: [1, 2, 2] as const,
      blocks: [{ type: "maxPool", kernel: 3, stride: 1, padding: 0 } as const],
    };
    await assert.rejects(engine.compile(misfit, problem.plan), RangeError);
    const plans: TrainingPlan[] = [
      { ...problem.plan, batchSize: 0 },
      { ...problem.plan, batchSize: 1.5 },
      ...[
        { crossEntropy: 0, logitMse: 0 },
        { crossEntropy: -1, logitMse: 1 },
        ...[0, -1, NaN, Infinity].flatMap((value) => [
          {
            crossEntropy: 1,
            logitMse: 0,
            kl: { weight: value, temperature: 4 },
          },
          {
            crossEntropy: 1,
            logitMse: 0,
            kl: { weight: 1, temperature: value },
          },
        ]),
      ].map((loss) => ({ ...problem.plan, loss })),
    ];
    for (const plan of plans) {
      await assert.rejects(engine.compile(SMOOTH, plan), RangeError);
    }
  });

  Deno.test(`${name} compile() takes the canonical form when layers compute nothing`, async () => {
    const engine = await open();
    const idle = {
      input: SMOOTH.input,
      blocks: [
        { type: "dropout", rate: 0 } as const,
        { type: "maxPool", kernel: 1, stride: 1, padding: 0 } as const,
        ...SMOOTH.blocks,
      ],
    };
    const one = makeProblem(SMOOTH, { seed: 7 });
    const two = { ...one, network: idle };
    const logits = (given: typeof one) =>
      withProgram(
        engine,
        given,
        (program) => program.predict(given.batches[0]!.images, 3),
      );
    assert.deepEqual(await logits(two), await logits(one));
  });

  Deno.test(`${name} weights() gives what load() took when nothing happens between`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      assert.deepEqual(await program.weights(), problem.weights);
    });
  });

  Deno.test(`${name} weights() and state() give copies when callers write to them`, async () => {
    const engine = await open();
    const mine = randomWeights(EVERYTHING, 8);
    await withProgram(engine, problem, async (program) => {
      program.load(mine);
      for (const array of Object.values(mine)) array.fill(9);
      assert.deepEqual(await program.weights(), randomWeights(EVERYTHING, 8));
      await step(program, first);
      const state = await program.state();
      const kept = structuredClone(state);
      for (const array of Object.values(await program.weights())) array.fill(9);
      for (const set of [state.weights, ...state.slots]) {
        for (const array of Object.values(set)) array.fill(9);
      }
      assert.deepEqual(await program.state(), kept);
      const given = structuredClone(kept);
      program.restore(given);
      for (const array of Object.values(given.weights)) array.fill(9);
      await step(program, first);
      const after = await program.state();
      program.restore(kept);
      await step(program, first);
      assert.deepEqual(await program.state(), after);
    });
  });

  Deno.test(`${name} load() clears the optimiser's memory when steps were taken`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      const fresh = await program.state();
      const losses = await steps(program, problem.batches);
      program.load(problem.weights);
      assert.deepEqual(await program.state(), fresh);
      assert.deepEqual(await steps(program, problem.batches), losses);
    });
  });

  Deno.test(`${name} load() gives a fresh start when a step ended in NaN`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      const losses = await steps(program, problem.batches);
      const after = await program.state();
      program.load(problem.weights);
      const images = first.images.map(() => NaN);
      assert.equal(await step(program, { ...first, images }), NaN);
      await program.predict(images, first.size);
      program.load(problem.weights);
      assert.deepEqual(await steps(program, problem.batches), losses);
      assert.deepEqual(await program.state(), after);
    });
  });

  Deno.test(`${name} load() throws a RangeError and changes nothing when weights do not fit`, async () => {
    const engine = await open();
    const weights = problem.weights;
    const { "blocks.0.weight": _, ...missing } = weights;
    const wrong = [
      missing,
      { ...weights, "blocks.0.weight": new Float32Array(3) },
      { ...weights, "blocks.99.weight": new Float32Array(3) },
    ];
    await withProgram(engine, problem, async (program) => {
      await step(program, first);
      const before = await program.state();
      for (const set of wrong) {
        assert.throws(() => program.load(set), RangeError);
        assert.throws(
          () => program.restore({ ...before, weights: set }),
          RangeError,
        );
      }
      assert.throws(
        () => program.restore({ ...before, slots: [] }),
        RangeError,
      );
      assert.deepEqual(await program.state(), before);
    });
  });

  for (const [kind, optimiser] of Object.entries(OPTIMISERS)) {
    Deno.test(`${name} restore() continues bit for bit when ${kind} was stopped`, async () => {
      const engine = await open();
      const plan = { ...problem.plan, optimiser };
      const trained = { ...problem, plan };
      await withProgram(engine, trained, async (whole) => {
        await withProgram(engine, trained, async (resumed) => {
          const states = [await whole.state()];
          const losses: number[] = [];
          for (const [i, batch] of problem.batches.entries()) {
            losses.push(await step(whole, batch, i));
            states.push(await whole.state());
          }
          assert.equal(states.at(-1)!.step, problem.batches.length);
          for (let k = 0; k < problem.batches.length; k++) {
            resumed.restore(structuredClone(states[k]!));
            assert.deepEqual(await resumed.state(), states[k]);
            for (let i = k; i < problem.batches.length; i++) {
              const loss = await step(resumed, problem.batches[i]!, i);
              assert.equal(loss, losses[i], `loss ${i} after stop ${k}`);
            }
            assert.deepEqual(await resumed.state(), states.at(-1), `stop ${k}`);
          }
        });
      });
    });
  }

  Deno.test(`${name} step() draws as many numbers as dropout has inputs when it runs`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      const random = randomStream(3, "masks");
      await program.step(first, { learningRate: RATE, random });
      const same = randomStream(3, "masks");
      // One layer of 4 channels and 2x2 pixels.
      for (let i = 0; i < first.size * 16; i++) same.uniform();
      assert.deepEqual(random.state(), same.state());
      await program.predict(first.images, first.size);
      assert.deepEqual(random.state(), same.state());
    });
  });

  Deno.test(`${name} step() depends on the stream when there is dropout`, async () => {
    const engine = await open();
    const losses = [];
    for (const seed of [1, 1, 2]) {
      losses.push(
        await withProgram(
          engine,
          problem,
          (program) => step(program, first, seed),
        ),
      );
    }
    assert.equal(losses[0], losses[1]);
    assert.notEqual(losses[0], losses[2]);
  });

  Deno.test(`${name} step() reads only the batch's rows when arrays are longer`, async () => {
    const engine = await open();
    const junk = Array(500).fill(NaN);
    const longer = {
      size: first.size,
      images: Float32Array.of(...first.images, ...junk),
      labels: Int32Array.of(...first.labels, 77, -3),
      teacherLogits: Float32Array.of(...first.teacherLogits!, ...junk),
    };
    const run = (batch: Batch) =>
      withProgram(engine, problem, async (program) => {
        const loss = await step(program, batch);
        return { loss, state: await program.state() };
      });
    assert.deepEqual(await run(longer), await run(first));
  });

  Deno.test(`${name} step() gives what an exact plan gives when the batch is partial`, async () => {
    const engine = await open();
    const full = randomBatch(EVERYTHING, { size: 4, seed: 9 });
    for (const size of [1, 2, 3]) {
      const batch = randomBatch(EVERYTHING, { size, seed: 10 });
      const run = (batchSize: number, warmUp: readonly Batch[]) =>
        withProgram(
          engine,
          { ...problem, plan: { ...problem.plan, batchSize } },
          async (program) => {
            await steps(program, warmUp);
            program.load(problem.weights);
            const loss = await step(program, batch);
            return { loss, weights: await program.weights() };
          },
        );
      // A full batch before, so that stale rows would be found.
      const partial = await run(4, [full]);
      const exact = await run(size, []);
      assertClose([partial.loss], [exact.loss], {
        what: `loss of ${size}`,
        tolerance: 1e-5,
      });
      for (const [key, values] of Object.entries(exact.weights)) {
        assertClose(partial.weights[key]!, values, {
          what: `${key} of ${size}`,
          tolerance: 1e-4,
        });
      }
    }
  });

  Deno.test(`${name} predict() gives each image its logits when the count is any`, async () => {
    const engine = await open();
    const { images } = randomBatch(EVERYTHING, { size: 11, seed: 12 });
    const features = images.length / 11;
    await withProgram(engine, problem, async (program) => {
      const before = await program.state();
      const all = await program.predict(images, 11);
      assert.equal(all.length, 55);
      for (const count of [0, 1, 4, 5, 9]) {
        const some = await program.predict(images, count);
        assertClose(some, all.subarray(0, count * 5), {
          what: `logits of ${count}`,
          tolerance: 1e-5,
        });
      }
      const last = await program.predict(images.subarray(10 * features), 1);
      assertClose(last, all.subarray(50), { what: "last", tolerance: 1e-5 });
      assert.deepEqual(await program.state(), before);
      await assert.rejects(program.predict(images, 12), RangeError);
    });
  });

  Deno.test(`${name} predict() gives each image its logits when they are many`, async () => {
    const engine = await open();
    const smooth = makeProblem(SMOOTH, { seed: 6 });
    const { images } = randomBatch(SMOOTH, { size: 1003, seed: 13 });
    await withProgram(engine, smooth, async (program) => {
      const all = await program.predict(images, 1003);
      for (let from = 0; from < 1003; from += 59) {
        const one = await program.predict(images.subarray(from * 32), 1);
        assertClose(all.subarray(from * 3, from * 3 + 3), one, {
          what: `logits of image ${from}`,
          tolerance: 1e-5,
        });
      }
    });
  });

  Deno.test(`${name} predict() sees the new weights when a step or load came before`, async () => {
    const engine = await open();
    await withProgram(engine, problem, async (program) => {
      const one = await program.predict(first.images, 3);
      await step(program, first);
      const two = await program.predict(first.images, 3);
      program.load(problem.weights);
      const three = await program.predict(first.images, 3);
      assert.notDeepEqual(two, one);
      assert.deepEqual(three, one);
    });
  });

  const { teacherLogits: _, ...noTeacher } = first;
  const misfits: Record<string, Batch> = {
    "the size is 0": { ...first, size: 0 },
    "the size is above the plan's": {
      ...randomBatch(EVERYTHING, { size: 5, seed: 1 }),
    },
    "the size is no integer": { ...first, size: 1.5 },
    "images are too few": { ...first, images: first.images.subarray(1) },
    "labels are too few": { ...first, labels: first.labels.subarray(1) },
    "teacher logits are missing": noTeacher,
    "teacher logits are too few": {
      ...first,
      teacherLogits: first.teacherLogits!.subarray(1),
    },
    "a label is no class": { ...first, labels: Int32Array.of(0, 5, 1) },
    "a label is negative": { ...first, labels: Int32Array.of(0, -1, 1) },
  };
  for (const [kind, misfit] of Object.entries(misfits)) {
    Deno.test(`${name} step() rejects with a RangeError and goes on unharmed when ${kind}`, async () => {
      const engine = await open();
      await withProgram(engine, problem, async (program) => {
        const losses = await steps(program, problem.batches);
        const after = await program.state();
        program.load(problem.weights);
        await step(program, first);
        const before = await program.state();
        const random = dropoutStream(problem);
        await assert.rejects(
          program.step(misfit, { learningRate: RATE, random }),
          (error) =>
            error instanceof RangeError && error.message.startsWith("Cannot "),
        );
        assert.deepEqual(await program.state(), before);
        assert.deepEqual(random.state(), dropoutStream(problem).state());
        assert.deepEqual(
          await steps(program, problem.batches.slice(1), 1),
          losses.slice(1),
        );
        assert.deepEqual(await program.state(), after);
      });
    });
  }

  Deno.test(`${name} step() needs no labels or teacher when the loss does not read them`, async () => {
    const engine = await open();
    const { size, images, labels } = first;
    const teacherLogits = first.teacherLogits!;
    const none = new Int32Array(0);
    const runs = [
      [{ crossEntropy: 1, logitMse: 0 }, { size, images, labels }],
      [
        { crossEntropy: 0, logitMse: 1 },
        { size, images, labels: none, teacherLogits },
      ],
      [
        {
          crossEntropy: 0,
          logitMse: 0,
          kl: { weight: 1, temperature: 4 },
        },
        { size, images, labels: none, teacherLogits },
      ],
    ] as const;
    for (const [loss, batch] of runs) {
      const plan = { ...problem.plan, loss };
      const value = await withProgram(
        engine,
        { ...problem, plan },
        (program) => step(program, batch),
      );
      assert.ok(value > 0);
    }
  });

  Deno.test(`${name} step() rejects with a RangeError when only softened classes need the missing teacher`, async () => {
    const loss = {
      crossEntropy: 1,
      logitMse: 0,
      kl: { weight: 1, temperature: 4 },
    };
    const plan = { ...problem.plan, loss };
    await withProgram(await open(), { ...problem, plan }, async (program) => {
      await assert.rejects(step(program, noTeacher), RangeError);
      assert.ok(await step(program, first) > 0);
    });
  });

  Deno.test(`${name} gives the same bits when a run is repeated beside another program`, async () => {
    const engine = await open();
    const other = makeProblem(SMOOTH, { seed: 2, size: 3, optimiser: sgd({}) });
    const alone = await withProgram(engine, problem, async (program) => {
      await steps(program, problem.batches);
      return await program.state();
    });
    await withProgram(engine, other, async (neighbour) => {
      await withProgram(engine, problem, async (program) => {
        for (const [i, batch] of problem.batches.entries()) {
          await step(program, batch, i);
          await step(neighbour, other.batches[0]!);
        }
        assert.deepEqual(await program.state(), alone);
      });
    });
  });

  if (suite.hasName ?? true) {
    Deno.test(`${name} gives the same bits when processes are fresh and others when the seed is`, async () => {
      const here = await trainingDigest(name, 5);
      assert.notEqual(await trainingDigest(name, 6), here);
      for (const process of ["first", "second"]) {
        assert.equal(await digestOfProcess(name, 5), here, process);
      }
    });
  }

  Deno.test(`${name} weights() predict the same elsewhere when they were trained here`, async () => {
    const expected = await suite.expected();
    await withProgram(await open(), problem, async (program) => {
      await steps(program, problem.batches);
      const logits = await program.predict(first.images, first.size);
      const weights = await program.weights();
      const elsewhere = await expected({
        ...problem,
        weights,
        batches: [first],
      });
      assertClose(logits, elsewhere.logits, {
        what: "logits",
        tolerance: 1e-4,
      });
    });
  });

  Deno.test(`${name} dispose() ends the program when called once or twice`, async () => {
    const engine = await open();
    const program = await engine.compile(
      { input: [1, 2, 2], blocks: [linear(2)] },
      problem.plan,
    );
    await program.dispose();
    await program.dispose();
    await assert.rejects(program.predict(new Float32Array(4), 1));
    await assert.rejects(step(program, first));
    // The engine itself lives on.
    await withProgram(engine, problem, (next) => step(next, first));
  });

  Deno.test(`${name} never calls Math.random when it trains`, async () => {
    const engine = await open();
    const original = Math.random;
    Math.random = () => {
      throw new Error("Math.random was called");
    };
    try {
      await withProgram(
        engine,
        problem,
        (program) => steps(program, problem.batches),
      );
    } finally {
      Math.random = original;
    }
  });

  async function step(
    program: Program,
    batch: Batch,
    stream = 0,
  ): Promise<number> {
    const random: Random = randomStream(problem.seed, "step", stream);
    return await program.step(batch, { learningRate: RATE, random });
  }

  async function steps(
    program: Program,
    batches: readonly Batch[],
    from = 0,
  ): Promise<number[]> {
    const losses = [];
    for (const [i, batch] of batches.entries()) {
      losses.push(await step(program, batch, from + i));
    }
    return losses;
  }
}

/** The digest as a process of its own finds it. */
async function digestOfProcess(name: string, seed: number): Promise<string> {
  const script = new URL("./training_digest.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--no-check",
      script.href,
      name,
      `${seed}`,
    ],
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr));
  return text.decode(stdout);
}
