/**
 * A file of weights together with a network as this project writes it: its own
 * exports, and PyTorch's state dicts saved as safetensors.
 * https://github.com/huggingface/safetensors#format
 *
 * @module
 */

import {
  canonical,
  checkNetwork,
  type Network,
  parameterTable,
} from "../../network/mod.ts";
import { pytorchName } from "../pytorch.ts";
import { damaged, unsupported } from "./errors.ts";
import { MOST_BYTES } from "./reading.ts";
import type { Recognised } from "./structure.ts";

/** Tensors that are not read yet, by name. */
export interface SafetensorsFile {
  /** Texts by key. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Shape, element type and bytes of each. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** A tensor of a file. */
export interface StoredTensor {
  /** For example "F32". */
  readonly dtype: string;
  /** Sizes. */
  readonly shape: readonly number[];
  /** A view of the file. */
  readonly bytes: Uint8Array;
}

/** A network beside its weights. */
export interface NetworkJson {
  /** The network. */
  readonly network: unknown;
  /**
   * What the layers are called in the file of weights, by their paths: "blocks.0"
   * is "conv1". A layer that is not in it bears its own path.
   */
  readonly layers?: Readonly<Record<string, string>>;
}

/** Bytes of the longest header, as the format has it. */
const LONGEST_HEADER = 100_000_000;

/** Reads which tensors there are. */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8
    ? Infinity
    : Number(view.getBigUint64(0, true));
  if (length > Math.min(LONGEST_HEADER, bytes.length - 8)) {
    damaged(
      `its header claims ${length} bytes, expected at most the ${
        Math.max(0, bytes.length - 8)
      } that are there`,
    );
  }
  const start = 8 + length;
  const header = jsonIn(bytes.subarray(8, start));
  const metadata = new Map<string, string>();
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      for (const [key, text] of Object.entries(entry ?? {})) {
        if (typeof text === "string") metadata.set(key, text);
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<
      string,
      unknown
    >;
    const [from, to] = isSizes(offsets) ? offsets : [];
    const isWhole = typeof dtype === "string" && isSizes(shape) &&
      shape.length <= 8 && from !== undefined && to !== undefined &&
      from <= to && start + to <= bytes.length;
    if (!isWhole) {
      damaged(
        `tensor "${name}" lies at bytes ${
          JSON.stringify(offsets)
        }, expected within the ${bytes.length - start} that are there`,
      );
    }
    tensors.set(name, {
      dtype,
      shape,
      bytes: bytes.subarray(start + from, start + to),
    });
  }
  return { metadata, tensors };
}

function jsonIn(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    damaged(`its header is no JSON (${error.message})`);
  }
  if (typeof value === "object" && value !== null) {
    return value as Record<string, unknown>;
  }
  damaged("its header is no list of tensors");
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/**
 * The network with its weights: under this project's names or PyTorch's, with or
 * without "module." before them.
 *
 * @throws {ImportError} If they do not fit each other, or are too many.
 */
export function recogniseSafetensors(
  { tensors }: SafetensorsFile,
  { network: given, layers = {} }: NetworkJson,
): Recognised {
  const network = checkedNetwork(given);
  const table = parameterTable(network);
  // A small file may hold a tensor that many layers name.
  const bytes = table.reduce((sum, { size }) => sum + 4 * size, 0);
  if (bytes > MOST_BYTES) {
    unsupported(
      `its network has ${bytes} bytes of weights, expected at most ${MOST_BYTES}`,
    );
  }
  const read = new Set<string>();
  const data = table.map(({ name, role, shape }) => {
    const at = name.slice(0, -role.length - 1);
    const own = `${Object.hasOwn(layers, at) ? layers[at] : at}.${role}`;
    const names = [own, pytorchName(own, role)];
    const found = [...names, ...names.map((each) => `module.${each}`)]
      .find((each) => tensors.has(each));
    if (found === undefined) {
      unsupported(
        `it has no tensor "${
          names.join('" or "')
        }", expected one for each layer of the network`,
      );
    }
    read.add(found);
    return numbersOf(found, tensors.get(found)!, shape);
  });
  // What the network has no place for would make another network of it.
  const others = [...tensors.keys()].filter((name) =>
    !read.has(name) && !name.endsWith("num_batches_tracked")
  );
  if (others.length > 0) {
    unsupported(
      `its tensors ${others.slice(0, 3).map((name) => `"${name}"`).join(", ")}${
        others.length > 3 ? ` and ${others.length - 3} others` : ""
      } are of no layer of the network, expected every tensor to be of one`,
    );
  }
  // Both forms have the same layers with parameters, in the same order.
  const names = parameterTable(canonical(network)).map(({ name }) => name);
  return {
    network,
    weights: Object.fromEntries(names.map((name, i) => [name, data[i]!])),
  };
}

function checkedNetwork(value: unknown): Network {
  try {
    checkNetwork(value as Network);
    return canonical(value as Network) && value as Network;
  } catch (error) {
    // What is no network at all has no one way to fail.
    const reason = error instanceof Error ? error.message : String(error);
    damaged(`the network beside the weights is none (${reason})`);
  }
}

/** How element types are read: bytes of one, and its value. */
const READERS: Readonly<
  Record<string, readonly [number, (view: DataView, at: number) => number]>
> = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F16: [2, (view, at) => view.getFloat16(at, true)],
  BF16: [2, (view, at) => {
    const word = new DataView(new ArrayBuffer(4));
    word.setUint16(0, view.getUint16(at, true));
    return word.getFloat32(0);
  }],
};

function numbersOf(
  name: string,
  { dtype, shape, bytes }: StoredTensor,
  wanted: readonly number[],
): Float32Array {
  const reader = Object.hasOwn(READERS, dtype) ? READERS[dtype] : undefined;
  if (reader === undefined) {
    unsupported(
      `tensor "${name}" is of ${dtype}, expected ${
        Object.keys(READERS).join(", ")
      }`,
    );
  }
  if (shape.join() !== wanted.join()) {
    unsupported(`tensor "${name}" is [${shape}], expected [${wanted}]`);
  }
  const [width, read] = reader;
  const size = wanted.reduce((product, side) => product * side, 1);
  if (bytes.length !== size * width) {
    damaged(
      `tensor "${name}" has ${bytes.length} bytes, expected ${size * width}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    values[i] = read(view, i * width);
    if (!Number.isFinite(values[i])) {
      damaged(`tensor "${name}" holds ${values[i]}, expected numbers`);
    }
  }
  return values;
}
