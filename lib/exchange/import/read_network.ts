/**
 * Networks in: a file of another program as a network of this project with its
 * weights, or words for why not.
 *
 * @module
 */

import { basename, dirname, extname } from "node:path";
import type { Predictor, Weights } from "../../engine/mod.ts";
import {
  activationBytes,
  type Network,
  type Shape,
  shapes,
} from "../../network/mod.ts";
import { sha256Hex } from "../../random/mod.ts";
import { damaged, ImportError, unsupported } from "./errors.ts";
import { parseJson, readBeside, readBounded } from "./files.ts";
import { interpret } from "./interpret.ts";
import { readOnnx } from "./onnx_file.ts";
import { openOnnxOriginal, openTfjsOriginal } from "./originals.ts";
import {
  type InnerNormalisation,
  type Preprocessing,
  preprocessingIn,
} from "./preprocessing.ts";
import { MOST_BYTES } from "./reading.ts";
import {
  type NetworkJson,
  readSafetensors,
  recogniseSafetensors,
} from "./safetensors_file.ts";
import { structureOf } from "./structure.ts";
import { readTfjs } from "./tfjs_file.ts";
import { manifestOf, weightsIn } from "./tfjs_weights.ts";

/** Formats that networks are read from. */
export type ImportFormat = "onnx" | "tfjs" | "safetensors";

/** What else runs a format, for people. */
export const IMPORT_READERS: Readonly<Record<ImportFormat, string>> = {
  onnx: "ONNX Runtime",
  tfjs: "TensorFlow.js",
  safetensors: "nothing else",
};

/** A network of a file. */
export interface ImportedNetwork {
  /** The file's name without its ending; of a model.json its folder's. */
  readonly name: string;
  /** The format. */
  readonly format: ImportFormat;
  /** SHA-256 over all of its files. */
  readonly digest: string;
  /** The network, layer by layer as the file has it. */
  readonly network: Network;
  /** Its weights, of the network's canonical form. */
  readonly weights: Weights;
  /** What the file does to its images first: no part of the network. */
  readonly inner: InnerNormalisation;
  /** How the file says that it wants its images, where it does. */
  readonly preprocessing: Preprocessing | undefined;
  /**
   * The file itself, run by the library for its format on images as it wants them,
   * channels first; undefined of weights, which nothing else runs.
   */
  readonly openOriginal: (() => Promise<Predictor>) | undefined;
}

/** What a network is read for. */
export interface ImportOptions {
  /** Shape of an image of the data set. */
  readonly shape: Shape;
  /** Classes of the data set. */
  readonly classes: number;
}

/**
 * Reads a network from a file: ONNX (`.onnx`), a layers model of TensorFlow.js
 * (`.json` with its weights beside it), or weights (`.safetensors`) with the
 * network in its metadata or in a `.json` of the same name beside it.
 *
 * @param path The file.
 * @param options The images that it is for.
 * @throws {ImportError} If it is damaged or cannot be expressed; the message names
 * the file, the place in it, and what is supported.
 */
export async function readNetwork(
  path: string,
  options: ImportOptions,
): Promise<ImportedNetwork> {
  const ending = extname(path).toLowerCase();
  const reader = Object.hasOwn(READERS, ending) ? READERS[ending] : undefined;
  try {
    if (reader === undefined) {
      unsupported(
        `its name ends in "${ending}", expected ${
          Object.keys(READERS).join(", ")
        }${REMEDIES[ending] ?? ""}`,
      );
    }
    const imported = await reader(path, options);
    const bytes = activationBytes(imported.network);
    if (bytes > MOST_ACTIVATIONS) {
      unsupported(
        `its maps of one image have ${bytes} bytes, expected at most ${MOST_ACTIVATIONS}`,
      );
    }
    return imported;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw error.within(path);
  }
}

/** Bytes of all maps of one image; VGG-19's on ImageNet have 60 million. */
const MOST_ACTIVATIONS = 2 ** 30;

const READERS: Readonly<
  Record<
    string,
    (path: string, options: ImportOptions) => Promise<ImportedNetwork>
  >
> = {
  ".onnx": fromOnnx,
  ".json": fromTfjs,
  ".safetensors": fromSafetensors,
};

/** How other files become ones that are read. */
const REMEDIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries([".pth", ".pt", ".th"].map((ending) => [
    ending,
    '; in PyTorch, torch.onnx.export(model.eval(), images, "FILE.onnx", external_data=False) writes one',
  ])),
  ...Object.fromEntries([".h5", ".keras", ".pb"].map((ending) => [
    ending,
    "; tensorflowjs_converter or tf2onnx make one of it",
  ])),
};

async function fromOnnx(
  path: string,
  { shape, classes }: ImportOptions,
): Promise<ImportedNetwork> {
  const bytes = await readBounded(path);
  const { graph, metadata } = readOnnx(bytes);
  const interpretation = interpret(graph, { shape, classes });
  return {
    ...structureOf(interpretation),
    name: basename(path, extname(path)),
    format: "onnx",
    digest: sha256Hex(bytes),
    inner: innerOf(interpretation),
    preprocessing: preprocessingIn(metadata, shape[0]),
    openOriginal: () =>
      openOnnxOriginal(bytes, { graph, interpretation, shape }),
  };
}

async function fromTfjs(
  path: string,
  { shape, classes }: ImportOptions,
): Promise<ImportedNetwork> {
  const text = await readBounded(path);
  const json = parseJson(text, path);
  const manifest = manifestOf(json);
  // Before anything is read: a small file may be listed again and again.
  if (manifest.bytes > MOST_BYTES) {
    unsupported(
      `its weights claim ${manifest.bytes} bytes, expected at most ${MOST_BYTES}`,
    );
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const name of manifest.paths) {
    const part = await readBeside(path, name);
    length += part.length;
    if (length > manifest.bytes) {
      damaged(
        `its weights are longer than the ${manifest.bytes} bytes it lists`,
      );
    }
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  parts.reduce((at, part) => {
    bytes.set(part, at);
    return at + part.length;
  }, 0);
  const weights = weightsIn(manifest, bytes);
  const file = readTfjs(json, weights);
  const interpretation = interpret(file.graph, { shape, classes });
  const { view } = interpretation.images;
  return {
    ...structureOf(interpretation),
    name: basename(path) === "model.json"
      ? basename(dirname(path))
      : basename(path, extname(path)),
    format: "tfjs",
    digest: sha256Hex(`${sha256Hex(text)} ${sha256Hex(bytes)}`),
    inner: innerOf(interpretation),
    preprocessing: preprocessingIn(metadataOf(json), shape[0]),
    openOriginal: () =>
      openTfjsOriginal(file, weights, { shape, view, classes }),
  };
}

function metadataOf(json: unknown): ReadonlyMap<string, string> {
  const { userDefinedMetadata } = json as { userDefinedMetadata?: unknown };
  return new Map(
    Object.entries(userDefinedMetadata ?? {})
      .filter((entry): entry is [string, string] =>
        typeof entry[1] === "string"
      ),
  );
}

async function fromSafetensors(
  path: string,
  { shape, classes }: ImportOptions,
): Promise<ImportedNetwork> {
  const bytes = await readBounded(path);
  const file = readSafetensors(bytes);
  const own = file.metadata.get("network");
  const beside = `${basename(path, extname(path))}.json`;
  const text = own === undefined
    ? await readBeside(path, beside)
    : new TextEncoder().encode(own);
  const json = parseJson(text, own === undefined ? beside : "network");
  const described = networkJson(json);
  const recognised = recogniseSafetensors(file, described);
  const { input } = recognised.network;
  const output = shapes(recognised.network).output;
  const count = output[0] * output[1] * output[2];
  if (input.join() !== shape.join() || count !== classes) {
    unsupported(
      `it takes images of [${input}] and tells ${count} classes apart, expected [${shape}] and ${classes} as the data set`,
    );
  }
  return {
    ...recognised,
    name: basename(path, extname(path)),
    format: "safetensors",
    digest: sha256Hex(`${sha256Hex(bytes)} ${sha256Hex(text)}`),
    inner: {
      scale: new Float64Array(shape[0]).fill(1),
      shift: new Float64Array(shape[0]),
    },
    preprocessing: preprocessingIn(file.metadata, shape[0]),
    openOriginal: undefined,
  };
}

/** The network alone, or with names of layers beside it. */
function networkJson(json: unknown): NetworkJson {
  const { network, layers } = (json ?? {}) as Record<string, unknown>;
  if (network === undefined) return { network: json };
  const isNames = typeof layers === "object" && layers !== null &&
    Object.values(layers).every((name) => typeof name === "string");
  if (layers === undefined) return { network };
  if (isNames) return { network, layers: layers as Record<string, string> };
  damaged("layers beside the network are no names by path");
}

function innerOf(
  { steps }: ReturnType<typeof interpret>,
): InnerNormalisation {
  const [first] = steps;
  if (first?.type === "input") {
    return { scale: first.scale, shift: first.shift };
  }
  throw new TypeError("Cannot read the network: its first step is no input");
}
