/** Checks at the engine's edge: whatever passes them is trusted inside. */

import type { Parameter } from "../network/mod.ts";
import type { Batch, Loss, TrainingPlan, Weights } from "./engine.ts";
import { needsTeacher } from "./needs_teacher.ts";

/** Sizes that a batch is checked against. */
export interface BatchSizes {
  /** Largest number of images. */
  readonly batchSize: number;
  /** Numbers of one image. */
  readonly features: number;
  readonly classes: number;
}

/** @throws {RangeError} If a number of the plan is out of its range. */
export function checkPlan(plan: TrainingPlan): void {
  const { loss, optimiser, batchSize } = plan;
  check(Number.isSafeInteger(batchSize) && batchSize >= 1, {
    action: "compile",
    what: "batch size",
    got: batchSize,
    expected: "an integer >= 1",
  });
  checkLoss(loss);
  check(isNonNegative(optimiser.weightDecay), {
    action: "compile",
    what: "weight decay",
    got: optimiser.weightDecay,
    expected: "a number >= 0",
  });
  const rates = optimiser.type === "sgd"
    ? { momentum: optimiser.momentum }
    : { beta1: optimiser.beta1, beta2: optimiser.beta2 };
  for (const [what, got] of Object.entries(rates)) {
    check(isNonNegative(got) && got < 1, {
      action: "compile",
      what,
      got,
      expected: "a number >= 0 and < 1",
    });
  }
  if (optimiser.type === "sgd") {
    check(!optimiser.nesterov || optimiser.momentum > 0, {
      action: "compile",
      what: "momentum",
      got: optimiser.momentum,
      expected: "above 0 with nesterov",
    });
  } else {
    check(isNonNegative(optimiser.epsilon), {
      action: "compile",
      what: "epsilon",
      got: optimiser.epsilon,
      expected: "a number >= 0",
    });
  }
}

function checkLoss({ crossEntropy, logitMse, kl }: Loss): void {
  const terms = [crossEntropy, logitMse];
  const isSomeAbove = kl !== undefined || terms.some((term) => term > 0);
  check(terms.every(isNonNegative) && isSomeAbove, {
    action: "compile",
    what: "weights of the losses",
    got: terms.join(" and "),
    expected: "numbers >= 0, one of them above 0",
  });
  if (kl === undefined) return;
  const { weight, temperature } = kl;
  for (const [what, got] of Object.entries({ weight, temperature })) {
    check(isNonNegative(got) && got > 0, {
      action: "compile",
      what: `the ${what} of the softened classes' divergence`,
      got,
      expected: "a number above 0",
    });
  }
}

/** @throws {RangeError} If the batch does not fit the sizes or the plan's loss. */
export function checkBatch(
  batch: Batch,
  { plan, sizes }: { readonly plan: TrainingPlan; readonly sizes: BatchSizes },
): void {
  const { size, labels, teacherLogits } = batch;
  checkImages(batch, { action: "step", sizes });
  if (plan.loss.crossEntropy !== 0) {
    checkLength(labels, { action: "step", what: "labels", least: size });
    const wrong = labels.subarray(0, size).find((label) =>
      label < 0 || label >= sizes.classes
    );
    check(wrong === undefined, {
      action: "step",
      what: "a label",
      got: wrong ?? 0,
      expected: `0 to ${sizes.classes - 1}`,
    });
  }
  if (needsTeacher(plan.loss)) {
    checkLength(teacherLogits ?? [], {
      action: "step",
      what: "teacher logits",
      least: size * sizes.classes,
    });
  }
}

/** What statistics are moved towards, and how far. */
export interface Observation {
  readonly images: Float32Array;
  readonly size: number;
  readonly momentum: number;
}

/** @throws {RangeError} If the images do not fit or the momentum is out of its range. */
export function checkObservation(
  observation: Observation,
  sizes: BatchSizes,
): void {
  checkImages(observation, { action: "observe", sizes });
  const { momentum } = observation;
  check(momentum > 0 && momentum <= 1, {
    action: "observe",
    what: "momentum",
    got: momentum,
    expected: "a number above 0, at most 1",
  });
}

function checkImages(
  { images, size }: Pick<Batch, "images" | "size">,
  { action, sizes }: { readonly action: string; readonly sizes: BatchSizes },
): void {
  check(Number.isInteger(size) && size >= 1 && size <= sizes.batchSize, {
    action,
    what: "batch size",
    got: size,
    expected: `an integer from 1 to ${sizes.batchSize}`,
  });
  checkLength(images, {
    action,
    what: "images",
    least: size * sizes.features,
  });
}

/** @throws {RangeError} If a name is missing or unknown, or a length is wrong. */
export function checkWeights(
  weights: Weights,
  { action, table }: {
    readonly action: "load" | "restore";
    readonly table: readonly Parameter[];
  },
): void {
  const names = new Set(table.map((parameter) => parameter.name));
  const unknown = Object.keys(weights).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot ${action}: "${unknown}" is no parameter, expected ${
        [...names].join(", ")
      }`,
    );
  }
  for (const { name, size } of table) {
    const length = weights[name]?.length ?? 0;
    check(length === size, {
      action,
      what: `the length of "${name}"`,
      got: length,
      expected: `${size}`,
    });
  }
}

/** @throws {RangeError} If the array is shorter than `least`. */
export function checkLength(
  values: ArrayLike<number>,
  { action, what, least }: {
    readonly action: string;
    readonly what: string;
    readonly least: number;
  },
): void {
  check(values.length >= least, {
    action,
    what: `the length of the ${what}`,
    got: values.length,
    expected: `at least ${least}`,
  });
}

/** @throws {RangeError} If the condition does not hold. */
export function check(
  holds: boolean,
  { action, what, got, expected }: {
    readonly action: string;
    readonly what: string;
    readonly got: number | string;
    readonly expected: string;
  },
): void {
  if (!holds) {
    throw new RangeError(
      `Cannot ${action}: ${what} is ${got}, expected ${expected}`,
    );
  }
}

function isNonNegative(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
