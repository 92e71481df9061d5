/** What a program holds, what is left of it, and what a fault does to it. */

import assert from "node:assert/strict";
import type { Batch, Program } from "../../lib/engine/mod.ts";
import { type Random, randomStream } from "../../lib/random/mod.ts";
import { EVERYTHING, OPTIMISERS } from "./networks.ts";
import { makeProblem, randomBatch, withProgram } from "./problem.ts";
import type { Suite } from "./suite.ts";

const RATE = 0.05;

/** Uniform numbers that dropout draws for an image of {@link EVERYTHING}. */
const DRAWS = 16;

/** Registers the tests. */
export function faultContract(
  { name, open, live }: Suite,
): void {
  const problem = makeProblem(EVERYTHING, {
    seed: 41,
    size: 3,
    batchSize: 4,
    steps: 3,
    optimiser: OPTIMISERS["Adam with weight decay"]!,
  });
  const [first, ...later] = problem.batches as [Batch, ...Batch[]];

  Deno.test(
    `${name} step() changes nothing and goes on unharmed when an error is thrown in its middle`,
    async () => {
      const engine = await open();
      await withProgram(engine, problem, async (program) => {
        const losses = [];
        for (const batch of problem.batches) {
          losses.push(await step(program, batch));
        }
        const after = await program.state();
        const draws = first.size * DRAWS;
        for (const at of [1, 2, draws / 2, draws]) {
          program.load(problem.weights);
          await step(program, first);
          const before = await program.state();
          const logits = await program.predict(first.images, first.size);
          await assert.rejects(
            program.step(first, { learningRate: RATE, random: failing(at) }),
            /draw \d+ fails/,
            `draw ${at}`,
          );
          assert.deepEqual(await program.state(), before, `state, draw ${at}`);
          assert.deepEqual(
            await program.predict(first.images, first.size),
            logits,
            `logits, draw ${at}`,
          );
          for (const [i, batch] of later.entries()) {
            assert.equal(await step(program, batch), losses[i + 1], `${at}`);
          }
          assert.deepEqual(await program.state(), after, `end, draw ${at}`);
        }
      });
    },
  );

  Deno.test(`${name} dispose() frees all that was made when steps, predictions and faults came before`, async () => {
    const engine = await open();
    const before = live.count();
    const program = await engine.compile(problem.network, problem.plan);
    try {
      program.load(problem.weights);
      for (const size of [4, 1, 3, 4]) {
        await step(program, randomBatch(EVERYTHING, { size, seed: size }));
        await program.predict(first.images, size - 1);
      }
      await program.observe(first.images, 2, 0.5);
      await assert.rejects(program.observe(first.images, 9, 0.5), RangeError);
      await assert.rejects(
        program.step(first, { learningRate: RATE, random: failing(3) }),
      );
      await assert.rejects(step(program, { ...first, size: 9 }), RangeError);
      program.restore(await program.state());
      await program.predict(first.images, 2);
      if (live.holds) assert.ok(live.count() > before, `${live.count()}`);
    } finally {
      await program.dispose();
    }
    assert.equal(live.count(), before);
    await program.dispose();
    assert.equal(live.count(), before, "disposed twice");
  });

  Deno.test(`${name} holds no more when programs come and go`, async () => {
    const engine = await open();
    const before = live.count();
    for (let i = 0; i < 5; i++) {
      await withProgram(engine, problem, async (program) => {
        await step(program, first);
        await program.predict(first.images, 3);
        await program.observe(first.images, 3, 0.5);
      });
      assert.equal(live.count(), before, `program ${i}`);
    }
  });

  Deno.test(`${name} compile() leaves nothing behind when network or plan are not valid`, async () => {
    const engine = await open();
    const before = live.count();
    const pool = { type: "maxPool", kernel: 9, stride: 1, padding: 0 } as const;
    const misfit = { ...EVERYTHING, blocks: [...EVERYTHING.blocks, pool] };
    await assert.rejects(engine.compile(misfit, problem.plan), RangeError);
    const plan = { ...problem.plan, batchSize: 0 };
    await assert.rejects(engine.compile(EVERYTHING, plan), RangeError);
    assert.equal(live.count(), before);
  });

  async function step(program: Program, batch: Batch): Promise<number> {
    const random = randomStream(problem.seed, "step");
    return await program.step(batch, { learningRate: RATE, random });
  }
}

/** A stream whose `n`-th uniform number is an error. */
function failing(n: number): Random {
  const random = randomStream(1, "failing");
  let draws = 0;
  return new Proxy(random, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      if (key !== "uniform") return value.bind(target);
      return () => {
        if (++draws === n) throw new Error(`draw ${n} fails`);
        return target.uniform();
      };
    },
  });
}
