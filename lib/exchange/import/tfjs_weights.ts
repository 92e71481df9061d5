/**
 * The weights beside a `model.json`.
 *
 * @module
 */

import { damaged, unsupported } from "./errors.ts";
import type { Constant } from "./plain_graph.ts";

/** Which weights a file lists. */
export interface WeightsManifest {
  /** Names of the files, in order; all in the folder of `model.json`. */
  readonly paths: readonly string[];
  /** Name, shape and first byte of each, in the files put together. */
  readonly entries: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly from: number;
  }[];
  /** Bytes of all. */
  readonly bytes: number;
}

/** Reads the manifest of a `model.json`. */
export function manifestOf(json: unknown): WeightsManifest {
  const groups = (json as { weightsManifest?: unknown })?.weightsManifest;
  if (!Array.isArray(groups)) damaged("it lists no weights");
  const paths: string[] = [];
  const entries: WeightsManifest["entries"][number][] = [];
  let from = 0;
  for (const group of groups) {
    const { paths: files, weights } = (group ?? {}) as Record<string, unknown>;
    if (!Array.isArray(files) || !Array.isArray(weights)) {
      damaged("its list of weights is none");
    }
    for (const path of files) paths.push(checkedPath(path));
    for (const entry of weights) {
      const { name, shape, dtype, quantization } = (entry ?? {}) as Record<
        string,
        unknown
      >;
      const isShape = Array.isArray(shape) && shape.length <= 8 &&
        shape.every((side) => Number.isSafeInteger(side) && side >= 0);
      if (typeof name !== "string" || !isShape) {
        damaged(`the shape of weight ${JSON.stringify(name)} is none`);
      }
      if (dtype !== "float32" || quantization !== undefined) {
        unsupported(
          `weight "${name}" is ${
            quantization === undefined ? dtype : "quantised"
          }, expected float32`,
        );
      }
      entries.push({ name: ownName(name), shape, from });
      from += 4 * shape.reduce((product, side) => product * side, 1);
    }
  }
  return { paths, entries, bytes: from };
}

/** A file's name, which must lead nowhere but into the folder. */
function checkedPath(path: unknown): string {
  const name = typeof path === "string" ? path.replace(/^\.\//, "") : "";
  if (/^[^/\\\0]+$/.test(name) && name !== "." && name !== "..") return name;
  unsupported(
    `its weights lie in ${
      JSON.stringify(path)
    }, expected files in the folder of model.json`,
  );
}

/** "sequential_1/dense/kernel" and "dense/kernel:0" are "dense/kernel". */
function ownName(name: string): string {
  return name.replace(/:0$/, "").split("/").slice(-2).join("/");
}

/**
 * Takes the weights out of the files.
 *
 * @param manifest As {@link manifestOf} gives it.
 * @param bytes The files put together.
 */
export function weightsIn(
  { entries, bytes: claimed }: WeightsManifest,
  bytes: Uint8Array,
): ReadonlyMap<string, Constant> {
  if (claimed !== bytes.length) {
    damaged(
      `its weights claim ${claimed} bytes, expected the ${bytes.length} that are there`,
    );
  }
  // Numbers must begin at a multiple of their size.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const weights = new Map<string, Constant>();
  for (const { name, shape, from } of entries) {
    if (weights.has(name)) damaged(`weight "${name}" is there twice`);
    const length = shape.reduce((product, side) => product * side, 1);
    const data = new Float32Array(
      aligned.buffer as ArrayBuffer,
      aligned.byteOffset + from,
      length,
    );
    weights.set(name, { shape, data });
  }
  return weights;
}
