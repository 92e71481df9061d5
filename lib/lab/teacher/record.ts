/**
 * A trained teacher as files: weights, and the record that vouches for them.
 *
 * @module
 */

import { z } from "zod";
import { canonical, type Network, networkId } from "../../network/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import {
  createRecord,
  environmentPath,
  readRecord,
  RecordError,
  recordPath,
  recordSlug,
  type ResultRecord,
} from "../../report/mod.ts";
import type { EngineIdentity, Evaluation } from "../../search/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import { checkContent } from "../records/check_content.ts";
import {
  count,
  dataFields,
  digest,
  engine,
  network,
  number,
  recordedSeed,
  share,
  text,
} from "../records/fields.ts";
import type { PrecisionName } from "../options/precision.ts";
import {
  type DataIdentity,
  type DataOptions,
  dataSlug,
} from "../subject/data_options.ts";

/** All that a teacher depends on beside the engine. */
export interface TeacherIdentity {
  /** The data set, and how its train split was divided. */
  readonly data: DataIdentity & {
    /** Images held out for validation. */
    readonly validation: number;
    /** Training images, stratified; 0 takes all that are left. */
    readonly images: number;
    /** Seed of the split; left out where it is the training's. */
    readonly seed?: number;
  };
  /** Name of the network, for people. */
  readonly name: string;
  /**
   * The network; in a record its canonical form, which the names of the weights
   * follow. (Records of before hold it as it was built.)
   */
  readonly network: Network;
  /** How it is trained. */
  readonly recipe: Recipe;
  /** Seed of the training, >= 1. */
  readonly seed: number;
}

/** What is known of a trained teacher. */
export interface TeacherContent {
  /** What it is. */
  readonly identity: TeacherIdentity;
  /** What trained it. */
  readonly engine: EngineIdentity;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Course of the training, with the validation accuracy after each epoch. */
  readonly evaluation: Evaluation;
  /** Accuracy on the test split, in [0, 1]. */
  readonly test: number;
  /** SHA-256 of the file of weights. */
  readonly weights: string;
}

/** The record of a teacher. */
export type TeacherRecord = ResultRecord<TeacherContent>;

/**
 * Name of a teacher's files, for example "cifar10-resnet18-w0.25".
 *
 * @param options What it is of.
 */
export function teacherName(
  { network, width, seed, precision = "f32", ...data }: DataOptions & {
    readonly network: string;
    readonly width: number;
    readonly seed: number;
    /** What it was trained in; default: single precision. */
    readonly precision?: PrecisionName | undefined;
  },
): string {
  const suffix = (precision === "f32" ? "" : `-${precision}`) +
    (seed === 1 ? "" : `-seed${seed}`);
  return recordSlug(`${dataSlug(data)}-${network}-w${width}${suffix}`);
}

const QUESTION = "teachers";

/** Where a teacher's record is kept below the results folder. */
export function teacherPath(name: string): string {
  return recordPath({ question: QUESTION, profile: name });
}

/** Where it is kept what a teacher's training took. */
export function teacherEnvironmentPath(name: string): string {
  return environmentPath({ question: QUESTION, profile: name });
}

/** Where a teacher's weights are kept below the results folder. */
export function weightsPath(name: string): string {
  return `${QUESTION}/${name}.safetensors`;
}

/** Makes a record. */
export function teacherRecord(
  name: string,
  { identity, ...content }: TeacherContent,
): TeacherRecord {
  const network = canonical(identity.network);
  return createRecord({ question: QUESTION, profile: name }, {
    ...content,
    identity: { ...identity, network },
  });
}

/** What a record must hold; what else is in it is for people. */
const schema = z.looseObject({
  identity: z.strictObject({
    data: z.strictObject({
      ...dataFields,
      validation: count,
      images: count,
      seed: recordedSeed.optional(),
    }),
    name: text,
    network,
    recipe: z.looseObject({
      epochs: count,
      batchSize: z.int().min(1),
      learningRate: number,
      schedule: z.looseObject({ type: text }),
      optimiser: z.looseObject({ type: text }),
      loss: z.looseObject({ crossEntropy: number, logitMse: number }),
      initialisation: text,
      augmentation: z.looseObject({}),
    }),
    seed: recordedSeed,
  }),
  engine,
  parameters: z.int().min(1),
  macs: count,
  evaluation: z.looseObject({
    networkId: digest,
    accuracy: share,
    losses: z.array(number),
    steps: count,
    validations: z.array(share).optional(),
  }),
  test: share,
  weights: digest,
});

/**
 * Reads a record.
 *
 * @param text The file's content.
 * @param file The file's name, for messages.
 * @throws {RecordError} If it is no whole record, or not a teacher's.
 */
export function readTeacher(text: string, file: string): TeacherRecord {
  const record = readRecord(text, file);
  if (record.question !== QUESTION) {
    throw new RecordError(
      `Cannot read a teacher: the question of "${file}" is "${record.question}", expected "${QUESTION}"`,
    );
  }
  return checkContent<TeacherContent>(record, { schema, file });
}

/**
 * Equal for two networks that compute the same, and for data of one content,
 * whatever their names.
 */
export function identityKey(
  { network, name: _, data: { name: __, ...data }, ...rest }: TeacherIdentity,
): string {
  return canonicalJson({ ...rest, data, network: networkId(network) });
}
