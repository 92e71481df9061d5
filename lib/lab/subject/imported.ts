/**
 * A teacher that was trained elsewhere, and how its images are prepared.
 *
 * @module
 */

import { notify, UsageError } from "../../cli/mod.ts";
import type { DataSetFacts, DataSetHandle } from "../../data/mod.ts";
import {
  type ImportedNetwork,
  type ImportFormat,
  type Preprocessing,
  readNetwork,
  withInner,
} from "../../exchange/mod.ts";
import { networkId } from "../../network/mod.ts";
import { sha256Hex } from "../../random/mod.ts";
import { encodeWeights } from "../../training/mod.ts";
import type { TeacherFile } from "../options/teacher_file.ts";

/** What a record says of a teacher from a file: its content, and its name for people. */
export interface ImportedIdentity {
  /** Name of the file, or of its folder. */
  readonly name: string;
  /** Its format. */
  readonly format: ImportFormat;
  /** SHA-256 of its files. */
  readonly file: string;
  /** SHA-256 of its weights as this project keeps them. */
  readonly weights: string;
  /** How the network is given its images. */
  readonly preprocessing: Preprocessing;
}

/** A teacher from a file, ready to be looked at. */
export interface ImportedTeacher {
  /** What the file holds. */
  readonly network: ImportedNetwork;
  /** Its weights, as a safetensors file. */
  readonly weights: Uint8Array;
  /** How the file wants its images. */
  readonly stated: Preprocessing;
  /** What stands in records. */
  readonly identity: ImportedIdentity;
}

/**
 * Reads a teacher's file.
 *
 * @param source Its path, and what was said of it.
 * @param facts The data set that it is for.
 * @throws {ImportError} If it cannot be taken.
 * @throws {UsageError} If nothing says how it wants its images.
 */
export async function readTeacherFile(
  source: TeacherFile,
  { shape, classes }: Pick<DataSetFacts, "shape" | "classes">,
): Promise<ImportedNetwork> {
  const network = await readNetwork(source.file, {
    shape,
    classes: classes.length,
  });
  const { preprocessing } = network;
  const isSaid = source.pixels !== undefined || source.mean !== undefined;
  if (!isSaid && preprocessing === undefined) {
    throw new UsageError(
      `--teacher "${source.file}": the file does not say how it wants its images, expected --teacher.pixels unit (0 to 1), bytes (0 to 255), signed (-1 to 1) or dataset, or --teacher.mean and --teacher.std`,
    );
  }
  if (isSaid && preprocessing !== undefined) {
    notify(
      `Teacher: its images are prepared as the options say, not as "${source.file}" does`,
    );
  }
  const [channels] = shape;
  for (const key of ["mean", "std"] as const) {
    const count = (source[key] ?? preprocessing?.[key])?.length ?? channels;
    if (count !== channels && !(count === 1 && source[key] !== undefined)) {
      throw new UsageError(
        `--teacher.${key}: there are ${count}, expected 1 or ${channels}, one a channel`,
      );
    }
  }
  return network;
}

/**
 * The teacher with its images' preparation.
 *
 * @param source What was said of it.
 * @param options What the file holds, and the open data set.
 */
export function importTeacher(
  source: TeacherFile,
  { network, dataSet }: {
    readonly network: ImportedNetwork;
    readonly dataSet: Pick<DataSetHandle, "mean" | "std">;
  },
): ImportedTeacher {
  const stated = statedBy(source, dataSet) ?? network.preprocessing!;
  // Equal tensors may be of networks that differ in a stride or a pool.
  const weights = encodeWeights(network.network, network.weights, {
    networkId: networkId(network.network),
  });
  return {
    network,
    weights,
    stated,
    identity: {
      name: network.name,
      format: network.format,
      file: network.digest,
      weights: sha256Hex(weights),
      preprocessing: withInner(stated, network.inner),
    },
  };
}

function statedBy(
  { pixels, mean, std }: TeacherFile,
  dataSet: Pick<DataSetHandle, "mean" | "std">,
): Preprocessing | undefined {
  const each = (values: readonly number[]) =>
    dataSet.mean.map((_, c) => values[c] ?? values[0]!);
  if (mean !== undefined && std !== undefined) {
    return { mean: each(mean), std: each(std) };
  }
  switch (pixels) {
    case "unit":
      return { mean: each([0]), std: each([1]) };
    case "bytes":
      return { mean: each([0]), std: each([1 / 255]) };
    case "signed":
      return { mean: each([0.5]), std: each([0.5]) };
    case "dataset":
      return { mean: dataSet.mean, std: dataSet.std };
  }
  return undefined;
}
