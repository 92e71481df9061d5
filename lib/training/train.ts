import { epochOrder, fillBatch } from "../data/mod.ts";
import {
  needsTeacher,
  type Program,
  type TrainingState,
} from "../engine/mod.ts";
import {
  type Random,
  type RandomState,
  randomStream,
  restoreRandom,
} from "../random/mod.ts";
import type { TrainingData } from "./data.ts";
import { learningRateAt, type Recipe, viewOfEpoch } from "./recipe.ts";

/** Where a training stands after a step. */
export interface TrainingCheckpoint {
  /** Mean loss of each finished epoch. */
  readonly losses: readonly number[];
  /** What {@link TrainOptions.validate} gave after each of them. */
  readonly validations?: readonly number[];
  /** Images of the current epoch that are done; all where its validation is not. */
  readonly position: number;
  /** Sum of their losses. */
  readonly lossSum: number;
  /** The dropout stream; undefined at the start of an epoch. */
  readonly random?: RandomState;
  /** Weights and optimiser. */
  readonly state: TrainingState;
}

/** How a training ended. */
export interface TrainingOutcome {
  /** Mean loss of each finished epoch. */
  readonly losses: readonly number[];
  /** What {@link TrainOptions.validate} gave after each epoch but the last. */
  readonly validations: readonly number[];
  /** Steps taken, over all epochs. */
  readonly steps: number;
  /** The step (from 1) whose loss was not finite; training ended there. */
  readonly failedStep?: number;
  /** Where it was asked to stop; undefined when it ran to its end. */
  readonly stoppedAt?: TrainingCheckpoint;
}

/** What {@link train} needs beside program, recipe and data. */
export interface TrainOptions {
  /** The run's seed, >= 1: order of images and augmentation, equal for every network. */
  readonly seed: number;
  /** What the dropout stream is named after, usually the network's id. */
  readonly owner: string;
  /** Continues from here; the program's weights are replaced. */
  readonly resume?: TrainingCheckpoint;
  /**
   * Measured at each epoch's end but the last; must leave the program as it is.
   * Gives undefined where it was asked to stop: it is begun anew after a resume.
   */
  readonly validate?: () => Promise<number | undefined>;
  /** Called at each epoch's end but the last. */
  readonly afterEpoch?: (checkpoint: TrainingCheckpoint) => void;
  /** Asked after each step but the last. */
  readonly shouldStop?: () => boolean;
}

/**
 * Trains a program that holds its first weights. Stopped after any step and
 * resumed, it ends in the same bits as without a stop.
 *
 * @param program The program; its plan's loss and optimiser must be the recipe's.
 * @param recipe The recipe.
 * @param data Images, labels and teacher logits.
 * @param options Seed, and where to continue.
 * @throws {RangeError} If the recipe distils and the data hold no teacher logits,
 * or those of too few views.
 */
export async function train(
  program: Program,
  recipe: Recipe,
  data: TrainingData,
  options: TrainOptions,
): Promise<TrainingOutcome> {
  const { images: split, train: rows, mean, std } = data;
  const { seed, owner, resume, validate, afterEpoch, shouldStop } = options;
  const { batchSize, epochs, augmentation } = recipe;
  const [channels, height, width] = split.shape;
  const images = new Float32Array(batchSize * channels * height * width);
  const labels = new Int32Array(batchSize);
  const targets = needsTeacher(recipe.loss)
    ? new Float32Array(batchSize * split.classCount)
    : undefined;
  const steps = epochs * Math.ceil(rows.length / batchSize);

  if (resume !== undefined) program.restore(resume.state);
  const losses = [...resume?.losses ?? []];
  const validations = [...resume?.validations ?? []];
  let step = resume?.state.step ?? 0;
  let from = resume?.position ?? 0;
  let lossSum = resume?.lossSum ?? 0;
  let random = resume?.random && restoreRandom(resume.random);
  /** Within an epoch. */
  const stopped = async (random: Random): Promise<TrainingOutcome> => ({
    losses,
    validations,
    steps: step,
    stoppedAt: {
      losses,
      ...(validate === undefined ? {} : { validations }),
      position: from,
      lossSum,
      random: random.state(),
      state: await program.state(),
    },
  });
  for (let epoch = losses.length; epoch < epochs; epoch++) {
    const view = viewOfEpoch(recipe, epoch);
    const order = epochOrder(rows.length, seed, epoch);
    const indices = order.map((position) => rows[position]!);
    random ??= randomStream(seed, "dropout", owner, epoch);
    while (from < indices.length) {
      const size = Math.min(batchSize, indices.length - from);
      fillBatch({
        split,
        indices,
        from,
        size,
        images,
        labels,
        mean,
        std,
        augmentation,
        seed,
        epoch: view,
      });
      if (targets !== undefined) {
        gatherTeacherLogits(
          data,
          view,
          indices.subarray(from, from + size),
          targets,
        );
      }
      const loss = await program.step({
        size,
        images,
        labels,
        ...(targets === undefined ? {} : { teacherLogits: targets }),
      }, { learningRate: learningRateAt(recipe, { step, steps }), random });
      step++;
      if (Number.isNaN(loss)) {
        return { losses, validations, steps: step, failedStep: step };
      }
      lossSum += loss * size;
      from += size;
      if (step < steps && from < indices.length && shouldStop?.()) {
        return await stopped(random);
      }
    }
    const isLast = epoch + 1 === epochs;
    if (validate !== undefined && !isLast) {
      const validation = await validate();
      if (validation === undefined) return await stopped(random);
      validations.push(validation);
    }
    losses.push(lossSum / indices.length);
    from = 0;
    lossSum = 0;
    random = undefined;
    if (isLast) break;
    const checkpoint = async () => ({
      losses: [...losses],
      ...(validate === undefined ? {} : { validations: [...validations] }),
      position: 0,
      lossSum: 0,
      state: await program.state(),
    });
    if (shouldStop?.()) {
      return {
        losses,
        validations,
        steps: step,
        stoppedAt: await checkpoint(),
      };
    }
    afterEpoch?.(await checkpoint());
  }
  return { losses, validations, steps: step };
}

/** Copies the teacher's logits of some rows into `target`, row after row. */
function gatherTeacherLogits(
  { teacherLogits, images: { classCount } }: TrainingData,
  view: number,
  rows: Uint32Array,
  target: Float32Array,
): void {
  const table = teacherLogits[view];
  if (table === undefined) {
    // Other logits would be those of other views.
    throw new RangeError(
      teacherLogits.length === 0
        ? "Cannot distil: the training data hold no teacher logits"
        : `Cannot distil: the training data hold teacher logits of ${teacherLogits.length} views, expected at least ${
          view + 1
        }`,
    );
  }
  rows.forEach((row, i) =>
    target.set(
      table.subarray(row * classCount, (row + 1) * classCount),
      i * classCount,
    )
  );
}
