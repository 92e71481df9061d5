/**
 * What every search starts from: data split for it, a trained teacher, and the
 * teacher's logits.
 *
 * @module
 */

import {
  type DataSetHandle,
  type Split,
  splitTrainValidation,
  subset,
} from "../data/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { countParameters, type Network } from "../network/mod.ts";
import { canonicalJson, sha256Hex } from "../random/mod.ts";
import {
  augments,
  computeTeacherLogits,
  decodeWeights,
  measureAccuracy,
  type Recipe,
  shareUint32,
  type TrainingData,
} from "../training/mod.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { Executor } from "./executor.ts";
import type { Evaluator } from "./memo.ts";

/** Which images a search trains and scores its candidates on. */
export interface SearchImages {
  /** Images held out of the train split for validation, >= 1. */
  readonly validation: number;
  /** Training images of the teacher and the final trainings, stratified; 0 takes all. */
  readonly train: number;
  /** Training images of a candidate, stratified; 0 takes all of these. */
  readonly studentTrain: number;
  /** Validation images that score a candidate, stratified; 0 takes all. */
  readonly studentValidation: number;
}

/** The network that rewards compare with, in all stages. */
export interface TeacherReference {
  /** Trainable parameters. */
  readonly parameters: number;
  /** On the same validation images as the students', in (0, 1]. */
  readonly accuracy: number;
}

/** Seeds of what all searches of a subject share, each >= 1. */
export interface SharedSeeds {
  /** Which images validate, and which are taken where not all are. */
  readonly data: number;
  /** The teacher's training. */
  readonly teacher: number;
  /** The students' trainings, and the views of the images that they see. */
  readonly student: number;
}

/** What {@link prepareTeacher} needs. */
export interface PrepareOptions {
  /** An open data set. */
  readonly dataSet: DataSetHandle;
  /** How it is divided. */
  readonly images: SearchImages;
  /** The teacher. */
  readonly network: Network;
  /** The teacher's recipe. */
  readonly recipe: Recipe;
  /** Recipe of the candidates: its augmentation decides what the teacher looks at. */
  readonly student: Recipe;
  /** Recipe of the final trainings; its augmentation must be the candidates'. */
  readonly final: Recipe;
  /** What the split, the teacher and the views of the images are drawn from. */
  readonly seeds: SharedSeeds;
  /** Runs the teacher over the images. */
  readonly engine: Engine;
  /** Trains it, and learns of the data. */
  readonly executor: Executor;
  /** Remembers the training. */
  readonly evaluator: Evaluator;
  /** Takes this teacher, of the same network and recipe, instead of training it. */
  readonly trained?: TrainedTeacher;
  /** Called after each epoch of the teacher's training. */
  readonly onEpoch?: (epochs: number) => void;
  /** Told while the teacher looks at its students' images how many it has seen. */
  readonly onForward?: (images: number) => void;
  /** Asked while the teacher looks at the images. */
  readonly throwIfInterrupted?: () => void;
}

/** A teacher that was trained before, maybe elsewhere. */
export interface TrainedTeacher {
  /** Its training. */
  readonly evaluation: Evaluation;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
}

/** The teacher's training failed: there is nothing to compress. */
export class TeacherError extends Error {
  /** The code for a run that failed. */
  readonly exitCode = 3;
  /** The class, for messages. */
  override readonly name = "TeacherError";
}

/** A trained teacher and the data for its students. */
export interface PreparedTeacher {
  /** The teacher. */
  readonly network: Network;
  /** Its training, scored on all validation images. */
  readonly evaluation: Evaluation;
  /** What it was trained for; the store has it unless it was given. */
  readonly request: EvaluationRequest;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
  /** Size, and accuracy on the images that score candidates. */
  readonly reference: TeacherReference;
  /** Data that candidates are trained and scored on. */
  readonly searchData: TrainingData;
  /** All training and validation images. */
  readonly finalData: TrainingData;
  /** Images that the teacher was run on for its logits. */
  readonly teacherForwards: number;
}

/** Digest of numbers, as part of an id. */
function digestOf(values: Uint32Array): string {
  return sha256Hex(
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
}

/** What a teacher's training depends on. */
export type TeacherOptions =
  & Pick<
    PrepareOptions,
    "dataSet" | "images" | "network" | "recipe" | "engine"
  >
  & { readonly seeds: Pick<SharedSeeds, "data" | "teacher"> };

/** A trained teacher's answers to its students' images. */
interface Answers {
  /** Digest of the teacher's weights. */
  readonly weights: string;
  readonly logits: TrainingData["teacherLogits"];
  /**
   * Which views of the images the logits are of; how many there are is left out:
   * a student sees those of its own epochs, whatever others need.
   */
  readonly views: unknown;
}

/** Some images of a data set under an id that says all about them. */
function trainingData(
  { mean, std, digest }: DataSetHandle,
  images: Split,
  rows: { readonly train: Uint32Array; readonly validation: Uint32Array },
  teacher?: Answers,
): TrainingData {
  return {
    id: sha256Hex(canonicalJson({
      dataSet: digest.train,
      mean,
      std,
      train: digestOf(rows.train),
      validation: digestOf(rows.validation),
      teacher: teacher === undefined
        ? null
        : { weights: teacher.weights, ...teacher.views as object },
    })),
    mean,
    std,
    images,
    train: shareUint32(rows.train),
    validation: shareUint32(rows.validation),
    teacherLogits: teacher?.logits ?? [],
  };
}

/**
 * The request under which a teacher is trained and remembered, and the data that
 * it is trained on, which the executor must be told of.
 *
 * @param options See {@link TeacherOptions}.
 */
export async function teacherRequest(
  { dataSet, images, network, recipe, seeds, engine }: TeacherOptions,
): Promise<
  { readonly request: EvaluationRequest; readonly data: TrainingData }
> {
  const split = await dataSet.loadTrain();
  const { train, validation } = splitTrainValidation(split, {
    validation: images.validation,
    seed: seeds.data,
  });
  const data = trainingData(dataSet, split, {
    train: images.train === 0
      ? train
      : subset(train, split.labels, images.train, seeds.data),
    validation,
  });
  return {
    data,
    request: {
      network,
      recipe,
      data: data.id,
      seed: seeds.teacher,
      engine: engine.name,
      validateEpochs: true,
    },
  };
}

/**
 * Trains the teacher, or finds it in the store, or takes the one given; runs it
 * once over all training images, and registers the data of its students with the
 * executor.
 *
 * @param options See {@link PrepareOptions}.
 * @throws {RangeError} If the candidates' and the final recipe augment differently.
 * @throws {TeacherError} If the teacher's training failed, or it learned nothing.
 */
export async function prepareTeacher(
  options: PrepareOptions,
): Promise<PreparedTeacher> {
  const { images, network, student, final, seeds, engine } = options;
  const { executor, evaluator, dataSet: { mean, std } } = options;
  if (
    canonicalJson(student.augmentation) !== canonicalJson(final.augmentation)
  ) {
    throw new RangeError(
      "Cannot prepare the teacher: students and final trainings are augmented differently, expected the same augmentation, for which the logits are computed",
    );
  }
  const { request, data } = await teacherRequest(options);
  executor.register(data);
  const evaluation = options.trained?.evaluation ??
    await evaluator.evaluate(request, {
      weights: true,
      checkpoints: true,
      ...(options.onEpoch === undefined ? {} : { onEpoch: options.onEpoch }),
    });
  if (evaluation.failure !== undefined) {
    const { step, reason } = evaluation.failure;
    throw new TeacherError(
      `Cannot train the teacher: ${reason} at step ${step}, expected a number; a lower learning rate may help`,
    );
  }

  const weights = options.trained?.weights ?? evaluator.weights(request);
  const { loss, optimiser, batchSize } = options.recipe;
  const program = await engine.compile(network, { loss, optimiser, batchSize });
  try {
    program.load(decodeWeights(weights));
    const logits = await computeTeacherLogits(program, {
      split: data.images,
      rows: data.train,
      mean,
      std,
      augmentation: student.augmentation,
      epochs: Math.max(student.epochs, final.epochs),
      seed: seeds.student,
      ...(options.onForward === undefined
        ? {}
        : { onForward: options.onForward }),
      ...(options.throwIfInterrupted === undefined
        ? {}
        : { throwIfInterrupted: options.throwIfInterrupted }),
    });
    const teacher: Answers = {
      weights: sha256Hex(weights),
      logits,
      views: {
        augmentation: student.augmentation,
        // Without augmentation all epochs see the same.
        seed: augments(student.augmentation) ? seeds.student : null,
      },
    };
    const some = (rows: Uint32Array, size: number) =>
      size === 0 ? rows : subset(rows, data.images.labels, size, seeds.data);
    const searchRows = {
      train: some(data.train, images.studentTrain),
      validation: some(data.validation, images.studentValidation),
    };
    const { dataSet } = options;
    const searchData = trainingData(dataSet, data.images, searchRows, teacher);
    const finalData = trainingData(dataSet, data.images, data, teacher);
    executor.register(searchData);
    executor.register(finalData);
    const { accuracy } = await measureAccuracy(program, {
      split: data.images,
      indices: searchData.validation,
      mean,
      std,
    });
    if (accuracy === 0) {
      throw new TeacherError(
        `Cannot compress the teacher: it has none of the ${searchData.validation.length} images right that score candidates, expected some; train it for more epochs, or on milder augmentation`,
      );
    }
    return {
      network,
      evaluation,
      request,
      weights,
      reference: { parameters: countParameters(network), accuracy },
      searchData,
      finalData,
      teacherForwards: logits.length * data.train.length,
    };
  } finally {
    await program.dispose();
  }
}
