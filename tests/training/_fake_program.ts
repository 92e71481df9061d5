/** A program that learns nothing and remembers what it was asked. */

import type { Batch, Program, StepOptions } from "../../lib/engine/mod.ts";
import type { RandomState } from "../../lib/random/mod.ts";

/** A step as the program saw it; arrays are copies of their first `size` rows. */
export interface SeenStep {
  readonly size: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly teacherLogits: Float32Array | undefined;
  readonly learningRate: number;
  /** The stream at the step's start. */
  readonly random: RandomState;
}

/** What a fake program answers. */
export interface FakeAnswers {
  /** Numbers of one image. */
  readonly features: number;
  readonly classes: number;
  /** Loss of a step, from 1. Default 0. */
  readonly loss?: (step: number) => number;
  /** Logits of an image. Default zeros. */
  readonly logits?: (image: Float32Array) => readonly number[];
}

/** A fake program and what it saw. */
export interface FakeProgram extends Program {
  readonly seen: readonly SeenStep[];
  /** Counts of all predictions. */
  readonly predicted: readonly number[];
}

/** Draws one number of the step's stream for each image, as a dropout would. */
export function fakeProgram(
  { features, classes, loss = () => 0, logits }: FakeAnswers,
): FakeProgram {
  const seen: SeenStep[] = [];
  const predicted: number[] = [];
  let step = 0;
  return {
    seen,
    predicted,
    step(batch: Batch, { learningRate, random }: StepOptions) {
      const { size, images, labels, teacherLogits } = batch;
      seen.push({
        size,
        images: images.slice(0, size * features),
        labels: labels.slice(0, size),
        teacherLogits: teacherLogits?.slice(0, size * classes),
        learningRate,
        random: random.state(),
      });
      for (let i = 0; i < size; i++) random.uniform();
      step++;
      return Promise.resolve(loss(step));
    },
    predict(images, count) {
      predicted.push(count);
      const table = new Float32Array(count * classes);
      for (let row = 0; logits !== undefined && row < count; row++) {
        const image = images.subarray(row * features, (row + 1) * features);
        table.set(logits(image), row * classes);
      }
      return Promise.resolve(table);
    },
    observe: () => Promise.resolve(),
    weights: () => Promise.resolve({}),
    load: () => {
      step = 0;
    },
    state: () => Promise.resolve({ weights: {}, slots: [], step }),
    restore: (state) => {
      step = state.step;
    },
    dispose: () => Promise.resolve(),
  };
}
