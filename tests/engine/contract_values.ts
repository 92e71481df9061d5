/** Ties, edges and values that are not numbers. */

import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import type { Loss, Weights } from "../../lib/engine/mod.ts";
import { assertClose } from "./compare.ts";
import { conv, EVERYTHING, linear, ONE_WEIGHT, small } from "./networks.ts";
import {
  dropoutStream,
  engineSolver,
  makeProblem,
  PLAIN_SGD,
  type Problem,
  withProgram,
} from "./problem.ts";
import { checkProblem, type Suite } from "./suite.ts";

const LOGIT_MSE = { crossEntropy: 0, logitMse: 1 };

/** Registers the tests. */
export function valueContract(suite: Suite): void {
  const { name, open } = suite;

  Deno.test(`${name} step() sends the gradient to the first maximum when a window has several`, async () => {
    // The convolution lets only the first channel through, so that its four
    // places tie in pairs; the second channel tells by the gradient of its
    // weight which place was taken. Window by window of 2x2 over 2x4 pixels.
    const engine = await open();
    const problem = oneOff({
      network: {
        input: [2, 2, 4],
        blocks: [
          { ...conv(1), outChannels: 1 },
          { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
          linear(1, false),
        ],
      },
      weights: {
        "blocks.0.weight": Float32Array.of(1, 0),
        "blocks.2.weight": Float32Array.of(1, 100),
      },
      // Left: 7 at places 1 and 2; right: 5 at places 0 and 3.
      images: [0, 7, 5, 1, 7, 0, 1, 5, 10, 20, 50, 60, 30, 40, 70, 80],
      // Output 7 + 500 = 507, teacher 506: the loss's gradient is 2.
      teacher: [506],
    });
    await withProgram(engine, problem, async (program) => {
      await program.step(problem.batches[0]!, {
        learningRate: 1,
        random: dropoutStream(problem),
      });
      // 2 * (1 * 7 + 100 * 5) and 2 * (1 * 20 + 100 * 50).
      assert.deepEqual(
        (await program.weights())["blocks.0.weight"],
        Float32Array.of(1 - 1014, -10040),
      );
    });
  });

  Deno.test(`${name} predict() lets no padding win when all pixels are negative`, async () => {
    const engine = await open();
    const problem = oneOff({
      network: {
        input: [1, 1, 1],
        blocks: [
          { type: "maxPool", kernel: 3, stride: 1, padding: 1 },
          linear(1, false),
        ],
      },
      weights: { "blocks.1.weight": Float32Array.of(1) },
      images: [-5],
      teacher: [-6],
    });
    const outcome = await engineSolver(engine)(problem);
    assert.deepEqual(outcome.logits, Float32Array.of(-5));
    // (-5 + 6)^2.
    assert.deepEqual(outcome.losses, [1]);
  });

  Deno.test(`${name} step() gives no gradient when ReLU's input is 0`, async () => {
    const engine = await open();
    const problem = oneOff({
      network: {
        input: [1, 1, 1],
        blocks: [linear(1), { type: "relu" }, linear(1)],
      },
      weights: {
        "blocks.0.weight": Float32Array.of(1),
        "blocks.0.bias": Float32Array.of(-2),
        "blocks.2.weight": Float32Array.of(3),
        "blocks.2.bias": Float32Array.of(0),
      },
      images: [2],
      teacher: [1],
    });
    const { weights } = await engineSolver(engine)(problem);
    assert.deepEqual(weights["blocks.0.weight"], Float32Array.of(1));
    assert.deepEqual(weights["blocks.0.bias"], Float32Array.of(-2));
    assert.deepEqual(weights["blocks.2.bias"], Float32Array.of(2));
  });

  Deno.test(`${name} step() trains what it can when a network has no or few parameters`, async () => {
    const pool = { type: "avgPool", kernel: 2, stride: 2 } as const;
    for (
      const blocks of [[pool], [{ type: "relu" } as const, pool], [
        { type: "batchNorm" } as const,
      ]]
    ) {
      const network: Network = { input: [1, 4, 4], blocks };
      await checkProblem(suite, makeProblem(network, { seed: 2, size: 3 }));
    }
  });

  const everyLayer: Record<string, Network> = {
    "linear": small(),
    "conv": small(conv(3)),
    "batch norm": small({ type: "batchNorm" }),
    "ReLU": small({ type: "relu" }),
    "max-pool": small({ type: "maxPool", kernel: 2, stride: 2, padding: 0 }),
    "padded max-pool": small({
      type: "maxPool",
      kernel: 3,
      stride: 2,
      padding: 1,
    }),
    "average pool": small({ type: "avgPool", kernel: 2, stride: 2 }),
    "conv, ReLU and max-pool": small(
      conv(3),
      { type: "relu" },
      { type: "maxPool", kernel: 2, stride: 2, padding: 0 },
    ),
    // Which of nothing but NaN is the largest must not matter.
    "conv and max-pool of single pixels": small(
      conv(3),
      { type: "maxPool", kernel: 1, stride: 2, padding: 0 },
    ),
    "conv and max-pool of 3x3": small(
      conv(3),
      { type: "maxPool", kernel: 3, stride: 3, padding: 0 },
    ),
    "residual block": small(
      { type: "residual", body: [conv(3, { out: 1 })], shortcut: [] },
    ),
    "concatenation": small({
      type: "concat",
      branches: [[conv(3, { out: 2 })], []],
    }),
    "every layer": EVERYTHING,
  };
  for (const [kind, network] of Object.entries(everyLayer)) {
    Deno.test(`${name} step() returns NaN when a pixel before ${kind} is NaN`, async () => {
      const engine = await open();
      const clean = makeProblem(network, { seed: 4, size: 3 });
      for (
        const loss of [LOGIT_MSE, { crossEntropy: 1, logitMse: 0 }, softened(2)]
      ) {
        for (const pixels of ["one", "another", "all"]) {
          const images = clean.batches[0]!.images.slice();
          // The one is in no corner: every window sees it, and no first place. A
          // maximum that begins with the other's neighbour passes over it.
          if (pixels === "one") images[5] = NaN;
          else if (pixels === "another") images[8] = NaN;
          else images.fill(NaN);
          const problem = {
            ...clean,
            plan: { ...clean.plan, loss },
            batches: [{ ...clean.batches[0]!, images }],
          };
          const { losses, logits } = await engineSolver(engine)(problem);
          assert.deepEqual(losses, [NaN], `${pixels} NaN`);
          if (suite.predictsNaN === false || pixels === "another") continue;
          assert.ok(
            Array.from(logits).some(Number.isNaN),
            `${pixels} NaN: logits`,
          );
        }
      }
    });
  }

  Deno.test(`${name} step() returns NaN when the loss overflows`, async () => {
    const engine = await open();
    const problem = oneOff({
      network: ONE_WEIGHT,
      weights: { "blocks.0.weight": Float32Array.of(1e30) },
      images: [1],
      teacher: [0],
    });
    const { losses } = await engineSolver(engine)(problem);
    assert.deepEqual(losses, [NaN]);
  });

  Deno.test(`${name} step() stays exact when logits are large`, async () => {
    const engine = await open();
    const problem = {
      ...makeProblem({ input: [1, 1, 1], blocks: [linear(2, false)] }, {
        seed: 1,
        size: 1,
        loss: { crossEntropy: 1, logitMse: 0 },
      }),
      weights: { "blocks.0.weight": Float32Array.of(500, -500) },
      batches: [{
        size: 1,
        images: Float32Array.of(1),
        labels: Int32Array.of(1),
      }],
    };
    const { losses } = await engineSolver(engine)(problem);
    // log(1 + e^1000), where e^1000 is no float.
    assertClose(losses, [1000], { what: "loss", tolerance: 1e-6 });
  });

  // Two logits are the two weights; the teacher's classes at a temperature of 2
  // are 3/4 and 1/4.
  const teacher = [2 * Math.log(3), 0];
  const softenedByHand = {
    // 0.5 * 2^2 * (3/4 log(3/2) + 1/4 log(1/2)) and 0.5 * 2 * (1/2 - 3/4).
    "classes differ": {
      loss: softened(2, 0.5),
      weights: [0, 0],
      teacher,
      value: 2 * (0.75 * Math.log(1.5) - 0.25 * Math.log(2)),
      after: [0.25, -0.25],
    },
    // Softmax does not see what all logits have in common.
    "logits differ by a constant": {
      loss: softened(2),
      weights: [1, 0],
      teacher: [8, 7],
      value: 0,
      after: [1, 0],
    },
    // log(1 + e^1000), where e^1000 is no float; 1 - 0 of gradient.
    "logits are large": {
      loss: softened(1),
      weights: [500, -500],
      teacher: [-500, 500],
      value: 1000,
      after: [499, -499],
    },
  };
  for (const [kind, example] of Object.entries(softenedByHand)) {
    Deno.test(`${name} step() gives value and gradient of softened classes when ${kind}`, async () => {
      const engine = await open();
      const problem = oneOff({
        network: { input: [1, 1, 1], blocks: [linear(2, false)] },
        weights: { "blocks.0.weight": Float32Array.from(example.weights) },
        images: [1],
        teacher: example.teacher,
        loss: example.loss,
      });
      const { losses, weights } = await engineSolver(engine)(problem);
      const closeness = { tolerance: 1e-6, floor: 1 };
      assertClose(losses, [example.value], { what: "loss", ...closeness });
      assertClose(weights["blocks.0.weight"]!, example.after, {
        what: "weights",
        ...closeness,
      });
    });
  }
}

function softened(temperature: number, weight = 1): Loss {
  return { crossEntropy: 0, logitMse: 0, kl: { weight, temperature } };
}

/** A problem of one image with everything given. */
function oneOff(
  { network, weights, images, teacher, loss = LOGIT_MSE }: {
    readonly network: Network;
    readonly weights: Weights;
    readonly images: readonly number[];
    readonly teacher: readonly number[];
    readonly loss?: Loss;
  },
): Problem {
  return {
    network,
    plan: { loss, optimiser: PLAIN_SGD, batchSize: 1 },
    weights,
    batches: [{
      size: 1,
      images: Float32Array.from(images),
      labels: Int32Array.of(0),
      teacherLogits: Float32Array.from(teacher),
    }],
    learningRate: 1,
    seed: 1,
  };
}
