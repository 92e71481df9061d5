import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { adamStep, type AdamTensors } from "../../lib/policy/_adam.ts";
import { onCpu, readValues } from "../../lib/policy/_cpu.ts";

Deno.test("adamStep() equals the equations in float64 when steps follow each other", () => {
  const gradients = [[0.5, -2, 1e-3], [0.25, 1, 0], [-1, 1, 1e-6]];
  const learningRate = 0.1;
  let w = [1, -1, 0.5];
  let m = [0, 0, 0];
  let v = [0, 0, 0];
  onCpu(() => {
    let tensors: AdamTensors = {
      parameters: { a: tf.tensor1d(w) },
      firstMoment: { a: tf.zeros([3]) },
      secondMoment: { a: tf.zeros([3]) },
    };
    for (const [i, gradient] of gradients.entries()) {
      const step = i + 1;
      tensors = adamStep(tensors, {
        gradients: { a: tf.tensor1d(gradient) },
        step,
        learningRate,
      });
      m = m.map((value, j) => 0.9 * value + 0.1 * gradient[j]!);
      v = v.map((value, j) => 0.999 * value + 0.001 * gradient[j]! ** 2);
      w = w.map((value, j) =>
        value - learningRate * m[j]! / (1 - 0.9 ** step) /
          (Math.sqrt(v[j]! / (1 - 0.999 ** step)) + 1e-8)
      );
      for (const [j, value] of readValues(tensors.parameters["a"]!).entries()) {
        assert.ok(
          Math.abs(value - w[j]!) < 2e-6,
          `step ${step}, weight ${j} is ${value}, expected ${w[j]}`,
        );
      }
    }
  });
});
