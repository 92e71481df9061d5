/**
 * Loads a native package of TensorFlow.js by its parts: its kernels, its
 * backend, its add-on. Its entry point would need the packages of its installer
 * as well, and would make its backend the one of everybody.
 *
 * @module
 */

import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { prepareEnvironment } from "./environment.ts";
import { registerKernels } from "./kernels.ts";
import { checkVersion, engineOf, notLoaded, unavailable } from "./obstacles.ts";
import type { NativeBackend } from "./operations.ts";
import { findPackage, type NativePackage } from "./places.ts";

/** Name that the packages' kernels are registered for. */
export const NATIVE_BACKEND = "tensorflow";

/** What is used of the add-on before there is a backend. */
interface Binding {
  /** Version of TensorFlow, for example "2.15.1". */
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** A package that is loaded in this thread. */
export interface LoadedPackage {
  /** Which. */
  readonly name: NativePackage;
  /** Version of TensorFlow, for example "2.15.1". */
  readonly tensorflow: string;
  /** Whether it computes on a GPU. */
  readonly usesGpu: boolean;
}

let loaded: LoadedPackage | undefined;

/**
 * Loads a package, once a thread, and registers its backend without choosing it.
 *
 * @throws {EngineUnavailableError} If it is not there, is not whole or is of
 * another version.
 */
export function loadPackage(name: NativePackage): LoadedPackage {
  if (loaded?.name === name) return loaded;
  const place = findPackage(name);
  if (place === undefined) {
    throw unavailable(name, `the package ${name} is not installed`);
  }
  const { folder, binding: file } = place;
  const require = createRequire(`${folder}/dist/index.js`);
  checkVersion(name, { version: require("../package.json").version, folder });
  if (file === undefined) {
    throw unavailable(
      name,
      `the package in "${folder}" has no native add-on: its installer did not run, or not to its end`,
    );
  }
  if (require("@tensorflow/tfjs").tensor !== tf.tensor) {
    throw unavailable(
      name,
      `the package in "${folder}" brings a TensorFlow.js of its own, expected the project's`,
    );
  }
  if (loaded !== undefined) {
    const other = engineOf(loaded.name);
    throw unavailable(
      name,
      `this process has the engine "${other}", and only one of the two can be loaded`,
      { remedy: `ask for it alone, with --engine ${engineOf(name)}` },
    );
  }
  prepareEnvironment(name);
  restoreUtilities();
  let binding: Binding;
  try {
    binding = require(file);
  } catch (error) {
    throw notLoaded(name, { binding: file, error });
  }
  require("./register_all_kernels.js");
  const { NodeJSKernelBackend } = require("./nodejs_kernel_backend.js");
  tf.registerBackend(
    NATIVE_BACKEND,
    (): tf.KernelBackend => new NodeJSKernelBackend(binding, name),
    // Below the plain one: who chooses no backend gets what he got before.
    0,
  );
  registerKernels(NATIVE_BACKEND);
  loaded = {
    name,
    tensorflow: binding.TF_Version,
    usesGpu: binding.isUsingGpuDevice(),
  };
  return loaded;
}

/**
 * Tensors that the native side holds, for who looks for leaks.
 *
 * @returns 0 where no package is loaded.
 */
export function countNativeTensors(): number {
  const backend = tf.findBackend(NATIVE_BACKEND) as unknown as
    | NativeBackend
    | null;
  return backend?.getNumOfTFTensors() ?? 0;
}

/** Gives `node:util` back what the packages call and Node.js 23 has removed. */
function restoreUtilities(): void {
  const functions: Record<string, unknown> = util as never;
  functions["isNullOrUndefined"] ??= (value: unknown) =>
    value === null || value === undefined;
  functions["isArray"] ??= Array.isArray;
}
