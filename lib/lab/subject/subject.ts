/**
 * What an experiment is about: a data set, a network on it, and the teacher that
 * is compressed.
 *
 * @module
 */

import { type RunOptions, UsageError } from "../../cli/mod.ts";
import {
  type DataSetFacts,
  type DataSetHandle,
  openFacts,
  placelessName,
  renormalised,
} from "../../data/mod.ts";
import type { ImportedNetwork } from "../../exchange/mod.ts";
import { buildNetwork, type Network } from "../../network/mod.ts";
import { checkImages, type CompressionConfig } from "../options/compression.ts";
import { teacherRecipe } from "../options/recipes.ts";
import { builtName } from "../options/teacher_file.ts";
import { PROJECT_RESULTS } from "../project.ts";
import { findTeacher, type FoundTeacher } from "../teacher/files.ts";
import {
  checkDataOptions,
  type DataIdentity,
  dataIdentity,
  findData,
  type OwnFiles,
} from "./data_options.ts";
import {
  type ImportedTeacher,
  importTeacher,
  readTeacherFile,
} from "./imported.ts";

/** A subject of which something is known, though its data may not be there. */
export interface KnownSubject {
  /** Its options. */
  readonly config: CompressionConfig;
  /** What is known of the data set. */
  readonly facts: DataSetFacts;
  /** The teacher's network. */
  readonly network: Network;
  /** Opens the data, fetching them where they are not there. */
  readonly open: () => Promise<Subject>;
  /** The recorded teacher that would be taken, as far as the registry tells. */
  readonly foreseenTeacher: FoundTeacher | undefined;
  /** What the teacher's file holds, where it is from one. */
  readonly imported?: ImportedNetwork;
}

/** A subject whose data are open. */
export interface Subject {
  /** Its options. */
  readonly config: CompressionConfig;
  /** The teacher's network. */
  readonly network: Network;
  /** The data. */
  readonly dataSet: DataSetHandle;
  /** The data in records. */
  readonly data: DataIdentity;
  /** Images of each split. */
  readonly count: { readonly train: number; readonly test: number };
  /** The recorded teacher that is taken; undefined where one is trained. */
  readonly taken?: FoundTeacher;
  /** The teacher that was trained elsewhere; the data are prepared as it wants. */
  readonly imported?: ImportedTeacher;
}

/**
 * Finds out what is known of a subject. Nothing is fetched but a folder of
 * pictures, which is opened.
 *
 * @param config Its options.
 * @param run Where data and results lie, and which sets are open.
 * @throws {UsageError} If the options do not fit the data, or the network the images.
 */
export async function findSubject(
  config: CompressionConfig,
  run: Pick<RunOptions, "data" | "results"> & Pick<OwnFiles, "opened">,
): Promise<KnownSubject> {
  checkDataOptions(config);
  const found = await findData(config, run);
  const { facts } = found;
  checkImages(config, facts.trainCount ?? Infinity);
  const { source } = config.teacher;
  const imported = source === undefined
    ? undefined
    : await readTeacherFile(source, facts);
  const network = imported?.network ?? teacherNetwork(config, facts);
  return {
    config,
    facts,
    network,
    ...(imported === undefined ? {} : { imported }),
    foreseenTeacher: await teacherOf(config, run, {
      network,
      data: { name: placelessName(config.dataset), digest: facts.digest },
    }),
    async open() {
      const opened = await found.open();
      const teacher = imported === undefined || source === undefined
        ? undefined
        : importTeacher(source, { network: imported, dataSet: opened });
      const dataSet = teacher === undefined
        ? opened
        : renormalised(opened, teacher.identity.preprocessing);
      const { trainCount, testCount } = openFacts(dataSet);
      checkImages(config, trainCount!);
      const data = dataIdentity(dataSet);
      const taken = await teacherOf(config, run, { network, data });
      return {
        config,
        network,
        dataSet,
        data,
        count: { train: trainCount!, test: testCount! },
        ...(taken === undefined ? {} : { taken }),
        ...(teacher === undefined ? {} : { imported: teacher }),
      };
    },
  };
}

/**
 * Whether the teacher will be trained here, as far as it is known before the data
 * are open: where they are not known, a recorded one may still be found.
 */
export function trainsTeacher(
  { config: { teacher }, facts: { digest }, foreseenTeacher }: KnownSubject,
): boolean {
  if (teacher.source !== undefined) return false;
  const isKnown = digest.train !== undefined && digest.test !== undefined;
  return teacher.retrain === true || isKnown && foreseenTeacher === undefined;
}

/**
 * The teacher.
 *
 * @throws {UsageError} If it does not fit the images.
 */
function teacherNetwork(
  { network, dataset, width }: CompressionConfig,
  { shape, classes }: DataSetFacts,
): Network {
  try {
    return buildNetwork(builtName(network), {
      input: shape,
      classes: classes.length,
      width,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--network ${network}: expected one that takes the images of ${dataset} (${error.message})`,
      { cause: error },
    );
  }
}

/** The recorded teacher that the options ask for, if there is one. */
async function teacherOf(
  config: CompressionConfig,
  { results }: Pick<RunOptions, "results">,
  { network, data: { digest, ...data } }: {
    readonly network: Network;
    readonly data: Pick<DataIdentity, "name" | "official"> & {
      readonly digest: DataSetFacts["digest"];
    };
  },
): Promise<FoundTeacher | undefined> {
  const { train, test } = digest;
  if (
    config.teacher.source !== undefined || config.teacher.retrain ||
    train === undefined || test === undefined
  ) {
    return undefined;
  }
  const { validation, images, data: { seed: dataSeed }, teacher } = config;
  const identity = {
    data: {
      ...data,
      digest: { train, test },
      validation,
      images,
      // One seed for both is the rule of records from before there were two.
      ...(dataSeed === teacher.seed ? {} : { seed: dataSeed }),
    },
    name: config.network,
    network,
    recipe: teacherRecipe(config),
    seed: teacher.seed,
  };
  // The run's own results first, then what the project brings along.
  return await findTeacher(results, identity) ??
    await findTeacher(PROJECT_RESULTS, identity);
}

/**
 * The teacher of a subject as the subjects' cells share it: equal for equal
 * preparations, in one process.
 */
export function subjectKey(
  { dataset, size, skipBroken, network, width }: CompressionConfig,
): string {
  return JSON.stringify([dataset, size, skipBroken, network, width]);
}
