/**
 * What every search starts from: data split for it, a trained teacher, and the
 * teacher's logits.
 *
 * @module
 */

import {
  type Augmentation,
  type DataSetHandle,
  splitTrainValidation,
  subset,
} from "../data/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { countParameters, type Network } from "../network/mod.ts";
import { sha256Hex } from "../random/mod.ts";
import type { Store } from "../store/mod.ts";
import {
  augments,
  decodeWeights,
  measureAccuracy,
  type Recipe,
  type TrainingData,
} from "../training/mod.ts";
import { type Answers, trainingData } from "./_subsets.ts";
import type { Evaluation, EvaluationRequest } from "./evaluation.ts";
import type { Executor } from "./executor.ts";
import type { Evaluator } from "./memo.ts";
import { teacherLogits } from "./teacher_logits.ts";

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
  /**
   * On the images that score candidates, in (0, 1]. Rewards of final trainings, which
   * are scored on all validation images, refer to it too: a factor that all share.
   */
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
  /** How the students' views of the images are made, in all their trainings. */
  readonly augmentation: Augmentation;
  /** Most views that one of them sees, >= 1; without augmentation there is but one. */
  readonly views: number;
  /** What the split, the teacher and the views of the images are drawn from. */
  readonly seeds: SharedSeeds;
  /** Runs the teacher over the images that score candidates. */
  readonly engine: Engine;
  /** Trains it, runs it over the training images, and learns of the data. */
  readonly executor: Executor;
  /** Keeps what it says of them. */
  readonly store: Store;
  /** Remembers the training. */
  readonly evaluator: Evaluator;
  /** Takes this teacher, of the same network and recipe, instead of training it. */
  readonly trained?: TrainedTeacher;
  /** Called after each epoch of the teacher's training. */
  readonly onEpoch?: (epochs: number) => void;
  /** Told how many of its students' images the teacher has looked at. */
  readonly onForward?: (images: number) => void;
  /** Who goes first where several wait for a worker: the lowest. Default 0. */
  readonly rank?: number;
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

/** Some of the images that a teacher has looked at. */
export interface DerivedImages {
  /** Training images, stratified; 0 takes all. */
  readonly trainImages: number;
  /** Rows of the split, of the teacher's validation images. */
  readonly validation: Uint32Array;
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
  /**
   * Further data from the same images with the same teacher's logits, which the
   * executor then knows.
   *
   * @throws {RangeError} If there are not so many training images, or a row is none
   * of the validation images.
   */
  derive(images: DerivedImages): TrainingData;
  /**
   * Likewise for students whose views of the images are drawn from another seed: the
   * teacher looks at these views, unless all seeds' are the same for want of
   * augmentation.
   */
  deriveForSeed(seed: number, images: DerivedImages): Promise<TrainingData>;
  /** Images that the teacher is asked for its logits of, whether kept or not. */
  readonly teacherForwards: number;
}

/** What a teacher's training depends on. */
export type TeacherOptions =
  & Pick<
    PrepareOptions,
    "dataSet" | "images" | "network" | "recipe" | "engine"
  >
  & { readonly seeds: Pick<SharedSeeds, "data" | "teacher"> };

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
  const data = trainingData(dataSet, {
    train: images.train === 0
      ? train
      : subset(train, split.labels, images.train, seeds.data),
    validation,
  }, { images: split });
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
 * Trains the teacher, or finds it in the store, or takes the one given; lets it
 * look at all training images, and registers the data of its students with the
 * executor.
 *
 * @param options See {@link PrepareOptions}.
 * @throws {TeacherError} If the teacher's training failed, or it learned nothing.
 * @throws {InterruptedError} If the executor was interrupted.
 */
export async function prepareTeacher(
  options: PrepareOptions,
): Promise<PreparedTeacher> {
  const { dataSet, images, network, augmentation, views, seeds } = options;
  const { request, data } = await teacherRequest(options);
  options.executor.register(data);
  const evaluation = await trainedTeacher(options, request);
  const weights = options.trained?.weights ??
    options.evaluator.weights(request);
  const some = (rows: Uint32Array, size: number) =>
    size === 0 ? rows : subset(rows, data.images.labels, size, seeds.data);
  const scoring = some(data.validation, images.studentValidation);
  const accuracy = await accuracyOn(scoring, { options, weights, data });
  if (accuracy === 0) {
    throw new TeacherError(
      `Cannot compress the teacher: it has none of the ${scoring.length} images right that score candidates, expected some; train it for more epochs, or on milder augmentation`,
    );
  }
  const isAugmented = augments(augmentation);
  const { onForward, ...quiet } = options;
  const answersTo = async (seed: number): Promise<Answers> => ({
    weights: sha256Hex(weights),
    logits: await teacherLogits({
      ...quiet,
      weights,
      data,
      seed,
      // Another look may be that of a later cell, when who asked for the first one
      // is over.
      ...(seed === seeds.student && onForward !== undefined
        ? { onForward }
        : {}),
    }),
    augmentation,
    seed: isAugmented ? seed : null,
  });
  const deriveFrom =
    (teacher: Answers) => ({ trainImages, validation }: DerivedImages) => {
      checkValidation(validation, data);
      const derived = trainingData(dataSet, {
        train: some(data.train, trainImages),
        validation,
      }, { images: data.images, teacher });
      options.executor.register(derived);
      return derived;
    };
  const derive = deriveFrom(await answersTo(seeds.student));
  return {
    network,
    evaluation,
    request,
    weights,
    reference: { parameters: countParameters(network), accuracy },
    searchData: derive({
      trainImages: images.studentTrain,
      validation: scoring,
    }),
    finalData: derive({ trainImages: 0, validation: data.validation }),
    derive,
    deriveForSeed: async (seed, images) =>
      (isAugmented && seed !== seeds.student
        ? deriveFrom(await answersTo(seed))
        : derive)(images),
    teacherForwards: (isAugmented ? views : 1) * data.train.length,
  };
}

/** The teacher's training: the one given, from the store, or trained now. */
async function trainedTeacher(
  { trained, evaluator, onEpoch }: PrepareOptions,
  request: EvaluationRequest,
): Promise<Evaluation> {
  const evaluation = trained?.evaluation ??
    await evaluator.evaluate(request, {
      weights: true,
      checkpoints: true,
      purpose: ["teacher"],
      ...(onEpoch === undefined ? {} : { onEpoch }),
    });
  if (evaluation.failure !== undefined) {
    const { step, reason } = evaluation.failure;
    throw new TeacherError(
      `Cannot train the teacher: ${reason} at step ${step}, expected a number; a lower learning rate may help`,
    );
  }
  return evaluation;
}

/** The teacher's accuracy on some images. */
async function accuracyOn(
  indices: Uint32Array,
  { options: { engine, network, recipe }, weights, data }: {
    readonly options: PrepareOptions;
    readonly weights: Uint8Array;
    readonly data: TrainingData;
  },
): Promise<number> {
  const { loss, optimiser, batchSize } = recipe;
  const program = await engine.compile(network, { loss, optimiser, batchSize });
  try {
    program.load(decodeWeights(weights));
    const { images: split, mean, std } = data;
    const source = { split, indices, mean, std };
    return (await measureAccuracy(program, source)).accuracy;
  } finally {
    await program.dispose();
  }
}

/** What scores students must not have been seen by them or their teacher. */
function checkValidation(rows: Uint32Array, { validation }: TrainingData) {
  const known = new Set(validation);
  const stranger = rows.find((row) => !known.has(row));
  if (stranger === undefined) return;
  throw new RangeError(
    `Cannot derive data: row ${stranger} is to validate, expected one of the teacher's ${validation.length} validation images`,
  );
}
