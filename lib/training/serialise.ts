/**
 * Weights and training checkpoints as bytes.
 *
 * @module
 */

import type { TrainingState, Weights } from "../engine/mod.ts";
import { canonical, type Network, parameterTable } from "../network/mod.ts";
import {
  decodeMetadata,
  decodeTensors,
  encodeTensors,
  type NamedTensor,
  type TensorType,
} from "./safetensors.ts";
import type { TrainingCheckpoint } from "./train.ts";

/**
 * Encodes weights as a safetensors file, in the parameter table's order and shapes.
 *
 * @param network What they are of.
 * @param weights By the names of its canonical form.
 * @param metadata Free text by key.
 * @param type What the numbers are kept in; default 32-bit floats.
 */
export function encodeWeights(
  network: Network,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
  type: TensorType = "F32",
): Uint8Array {
  const tensors: Record<string, NamedTensor> = {};
  for (const { name, shape } of parameterTable(canonical(network))) {
    tensors[name] = { shape, data: weights[name]! };
  }
  return encodeTensors({ tensors, metadata }, type);
}

/** The inverse of {@link encodeWeights}. */
export function decodeWeights(bytes: Uint8Array): Weights {
  return Object.fromEntries(
    Object.entries(decodeTensors(bytes).tensors).map((
      [name, { data }],
    ) => [name, data]),
  );
}

function prefixed(
  prefix: string,
  weights: Weights,
): [string, NamedTensor][] {
  return Object.entries(weights).map(([name, data]) => [
    `${prefix}/${name}`,
    { shape: [data.length], data },
  ]);
}

/** Encodes a checkpoint: arrays as tensors, all else as metadata. */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array {
  const { state: { weights, slots, step }, ...rest } = checkpoint;
  return encodeTensors({
    tensors: Object.fromEntries([
      ...prefixed("weights", weights),
      ...slots.flatMap((slot, index) => prefixed(`slot${index}`, slot)),
    ]),
    metadata: {
      progress: JSON.stringify({ ...rest, step, slots: slots.length }),
    },
  });
}

/** What of a checkpoint is metadata. */
type Progress =
  & Omit<TrainingCheckpoint, "state">
  & { readonly step: number; readonly slots: number };

/**
 * How far an encoded checkpoint is, without its arrays.
 *
 * @throws {SyntaxError} If the bytes are none.
 */
export function decodeProgress(
  bytes: Uint8Array,
): Pick<TrainingCheckpoint, "losses" | "validations"> & {
  /** Steps taken. */
  readonly step: number;
} {
  return JSON.parse(decodeMetadata(bytes).progress!) as Progress;
}

/** The inverse of {@link encodeCheckpoint}. */
export function decodeCheckpoint(bytes: Uint8Array): TrainingCheckpoint {
  const { tensors, metadata } = decodeTensors(bytes);
  const { step, slots, ...rest } = JSON.parse(metadata.progress!) as Progress;
  const group = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, { data }]) => [name.slice(prefix.length + 1), data]),
    );
  const state: TrainingState = {
    weights: group("weights"),
    slots: Array.from({ length: slots }, (_, index) => group(`slot${index}`)),
    step,
  };
  return { ...rest, state };
}
