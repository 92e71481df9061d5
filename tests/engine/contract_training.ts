/** Optimisers, batch statistics and whole trajectories. */

import assert from "node:assert/strict";
import type { Optimiser } from "../../lib/engine/mod.ts";
import { assertClose } from "./compare.ts";
import {
  adam,
  conv,
  EVERYTHING,
  linear,
  ONE_WEIGHT,
  OPTIMISERS,
  POOL_ENDED,
  sgd,
  SMOOTH,
} from "./networks.ts";
import {
  dropoutStream,
  engineSolver,
  makeProblem,
  type Problem,
  withProgram,
} from "./problem.ts";
import { checkProblem, type Suite, toleranceOf } from "./suite.ts";

/** Registers the tests. */
export function trainingContract(suite: Suite): void {
  const { name, open } = suite;

  // Adam's first step is the gradient's sign, which narrow rounding can turn.
  const comparable = Object.keys(OPTIMISERS).filter((kind) =>
    suite.closeness === undefined || OPTIMISERS[kind]!.type !== "adam"
  );
  for (const kind of comparable) {
    const optimiser = OPTIMISERS[kind]!;
    Deno.test(`${name} step() follows ${kind} when it takes five steps`, async () => {
      for (const steps of [1, 2, 5]) {
        await checkProblem(
          suite,
          makeProblem(SMOOTH, { seed: 11, size: 4, steps, optimiser }),
        );
      }
    });
  }

  Deno.test(`${name} step() and predict() follow a network of a concatenation and no linear layer when batches are full and partial`, async () => {
    for (const size of [2, 3]) {
      await checkProblem(
        suite,
        makeProblem(POOL_ENDED, {
          seed: 5,
          size,
          batchSize: 3,
          steps: 2,
          optimiser: sgd({ momentum: 0.9 }),
        }),
      );
    }
  });

  // One weight w = 0.5, pixel 2, teacher 3: the gradient of (2w - 3)^2 is
  // 4 (2w - 3): -8 at 0.5. With a rate of 0.01:
  const byHand: [string, Optimiser, number[]][] = [
    // 0.5 + 0.08 = 0.58; gradient -7.36; 0.58 + 0.0736.
    ["plain SGD", sgd({}), [0.58, 0.6536]],
    // Gradient -8 + 0.05 = -7.95.
    ["weight decay", sgd({ weightDecay: 0.1 }), [0.5795]],
    // Second buffer: 0.9 * -8 - 7.36 = -14.56.
    ["momentum", sgd({ momentum: 0.9 }), [0.58, 0.7256]],
    // First direction: -8 + 0.9 * -8 = -15.2. Then gradient 4 (1.304 - 3) =
    // -6.784, buffer -7.2 - 6.784 = -13.984, direction -6.784 - 12.5856.
    ["nesterov", sgd({ momentum: 0.9, nesterov: true }), [0.652, 0.845696]],
    // First step: rate * 8 / (8 + epsilon). Then gradient -7.92, m = -0.72 -
    // 0.792 = -1.512, / 0.19 = -7.957895; v = 0.063936 + 0.0627264 =
    // 0.1266624, / 0.001999 = 63.362881, root 7.960080.
    ["Adam", adam({}), [0.51, 0.51 + 0.01 * 7.957895 / 7.960080]],
    // 0.5 - 0.01 * 10 * 0.5 = 0.45, and Adam's first step as without decay.
    ["AdamW", adam({ weightDecay: 10, decoupled: true }), [0.46]],
    // A large epsilon shows where it is added: 8 / (8 + 8).
    ["Adam's epsilon", adam({ epsilon: 8 }), [0.505]],
  ];
  for (const [kind, optimiser, expected] of byHand) {
    Deno.test(`${name} step() follows ${kind} when computed by hand`, async () => {
      const engine = await open();
      const problem = {
        ...makeProblem(ONE_WEIGHT, {
          seed: 1,
          size: 1,
          optimiser,
          loss: { crossEntropy: 0, logitMse: 1 },
        }),
        weights: { "blocks.0.weight": Float32Array.of(0.5) },
      };
      const batch = {
        size: 1,
        images: Float32Array.of(2),
        labels: Int32Array.of(0),
        teacherLogits: Float32Array.of(3),
      };
      await withProgram(engine, problem, async (program) => {
        for (const [step, weight] of expected.entries()) {
          const loss = await program.step(batch, {
            learningRate: 0.01,
            random: dropoutStream(problem),
          });
          // Before the step, and without the decay's share.
          if (step === 0) {
            assertClose([loss], [4], { what: "loss", tolerance: 1e-6 });
          }
          assertClose((await program.weights())["blocks.0.weight"]!, [weight], {
            what: `weight after step ${step + 1}`,
            tolerance: 1e-6,
          });
        }
      });
    });
  }

  Deno.test(`${name} step() of AdamW takes Adam's when there is no decay`, async () => {
    const engine = await open();
    const trained = (optimiser: Optimiser) => {
      const problem = makeProblem(SMOOTH, { seed: 8, steps: 3, optimiser });
      return engineSolver(engine)(problem);
    };
    assert.deepEqual(
      await trained(adam({ decoupled: true })),
      await trained(adam({})),
    );
  });

  Deno.test(`${name} step() leaves a bias alone when batch norm cancels it`, async () => {
    const engine = await open();
    for (const optimiser of [sgd({}), adam({})]) {
      const problem = makeProblem(EVERYTHING, {
        seed: 5,
        size: 4,
        steps: 3,
        optimiser,
      });
      await withProgram(engine, problem, async (program) => {
        for (const batch of problem.batches) {
          await program.step(batch, {
            learningRate: 0.1,
            random: dropoutStream(problem),
          });
        }
        for (const bias of ["blocks.0.bias", "blocks.5.shortcut.0.bias"]) {
          assert.deepEqual(
            (await program.weights())[bias],
            problem.weights[bias],
          );
        }
      });
    }
  });

  Deno.test(`${name} step() averages the unbiased variance when batch norm trains`, async () => {
    const engine = await open();
    const network = {
      input: [1, 1, 2] as const,
      blocks: [{ type: "batchNorm" } as const, linear(2)],
    };
    const base = makeProblem(network, { seed: 1, size: 2 });
    const problem: Problem = {
      ...base,
      weights: {
        ...base.weights,
        "blocks.0.runningMean": Float32Array.of(0),
        "blocks.0.runningVariance": Float32Array.of(1),
      },
    };
    const batch = {
      ...base.batches[0]!,
      images: Float32Array.of(1, 2, 3, 4),
    };
    await withProgram(engine, problem, async (program) => {
      await program.step(batch, {
        learningRate: 0,
        random: dropoutStream(problem),
      });
      const weights = await program.weights();
      // Mean 2.5; squares 2.25 + 0.25 + 0.25 + 2.25 = 5, over 3.
      assertClose(weights["blocks.0.runningMean"]!, [0.25], {
        what: "mean",
        tolerance: 1e-6,
      });
      assertClose(weights["blocks.0.runningVariance"]!, [0.9 + 0.5 / 3], {
        what: "variance",
        tolerance: 1e-6,
      });
      for (const role of ["scale", "shift"]) {
        assert.deepEqual(
          weights[`blocks.0.${role}`],
          problem.weights[`blocks.0.${role}`],
        );
      }
    });
  });

  Deno.test(`${name} predict() takes the running statistics when batch norm has others than the batch's`, async () => {
    const engine = await open();
    const problem: Problem = {
      ...makeProblem({
        input: [2, 1, 1],
        blocks: [{ type: "batchNorm" }, linear(2, false)],
      }, { seed: 1, size: 2 }),
      weights: {
        "blocks.0.scale": Float32Array.of(3, 1),
        "blocks.0.shift": Float32Array.of(0.5, -1),
        "blocks.0.runningMean": Float32Array.of(1, 10),
        "blocks.0.runningVariance": Float32Array.of(4, 0.25),
        // The identity: logits are the normalised channels.
        "blocks.1.weight": Float32Array.of(1, 0, 0, 1),
      },
    };
    const logits = await withProgram(
      engine,
      problem,
      (program) => program.predict(Float32Array.of(5, 10, 1, 11), 2),
    );
    // 3 (5 - 1) / 2 + 0.5 and (10 - 10) / 0.5 - 1; then 3 (1 - 1) / 2 + 0.5
    // and (11 - 10) / 0.5 - 1. The batch's own statistics would give +-1.
    assertClose(logits, [6.5, -1, 0.5, 1], {
      what: "logits",
      // An epsilon of 1e-5 beside a variance of 0.25 moves 2 by 4e-5.
      tolerance: 1e-5,
    });
  });

  // No spread to divide by: one number a channel, or equal ones. The output is
  // the shift, and no gradient passes but rounding errors times 1/sqrt(epsilon).
  const flat = {
    "one value a channel": { input: [3, 1, 1] as const, size: 1 },
    "all values equal": { input: [1, 2, 2] as const, size: 2 },
  };
  for (const [kind, { input, size }] of Object.entries(flat)) {
    Deno.test(`${name} step() gives the shift when batch norm sees ${kind}`, async () => {
      const network = {
        input,
        blocks: [conv(1), { type: "batchNorm" } as const, linear(2)],
      };
      const base = makeProblem(network, { seed: 3, size });
      const [batch] = base.batches;
      const images = new Float32Array(batch!.images.length).fill(0.75);
      const problem = {
        ...base,
        batches: [{ ...batch!, images }],
        learningRate: 1,
      };
      const { weights } = problem;
      const actual = await engineSolver(await open())(problem);
      const expected = await (await suite.expected())(problem);
      assertClose(actual.losses, expected.losses, {
        what: "loss",
        tolerance: toleranceOf(suite) / 10,
      });
      if (suite.closeness === undefined) {
        assertClose(
          actual.weights["blocks.0.weight"]!,
          weights["blocks.0.weight"]!,
          // One unit in the last place times 316 and the sizes of the factors:
          // of narrower numbers nothing would be left.
          { what: "weight", tolerance: 1e-4 },
        );
      }
      assertClose(
        actual.weights["blocks.1.runningVariance"]!,
        weights["blocks.1.runningVariance"]!.map((value) => 0.9 * value),
        { what: "variance", tolerance: 1e-6 },
      );
    });
  }

  const ten = ["SGD with nesterov and weight decay", "Adam"];
  for (const kind of ten.filter((kind) => comparable.includes(kind))) {
    Deno.test(`${name} step() stays with the others when it takes ten steps of ${kind}`, async () => {
      await checkProblem(
        suite,
        makeProblem(EVERYTHING, {
          seed: 21,
          size: 5,
          batchSize: 6,
          steps: 10,
          optimiser: OPTIMISERS[kind]!,
          learningRate: 0.01,
        }),
        // Ten times that of a step: errors feed on each other.
        10 * toleranceOf(suite),
      );
    });
  }
}
