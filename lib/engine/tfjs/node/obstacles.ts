/**
 * Why TensorFlow.js's native packages cannot be used, in words.
 *
 * @module
 */

import { EngineUnavailableError } from "../../unavailable.ts";
import { type NativePackage, TFJS_NODE_VERSION } from "./places.ts";

/** Name of the engine that a package makes. */
export function engineOf(name: NativePackage): string {
  return name.slice("@tensorflow/".length);
}

/** How to get a package. */
function remedyFor(name: NativePackage): string {
  const byHand = `deno add npm:${name}@${TFJS_NODE_VERSION} and deno install ` +
    `--allow-scripts=npm:${name}`;
  return name === "@tensorflow/tfjs-node"
    ? `deno task setup:tfjs-node, or by its own installer: ${byHand}`
    : `an NVIDIA GPU with its driver, CUDA 11.2 and cuDNN 8.1 in the loader's ` +
      `path, and ${byHand}`;
}

/** The error about a package, with the way to get it unless another is given. */
export function unavailable(
  name: NativePackage,
  reason: string,
  { remedy = remedyFor(name), ...options }: ErrorOptions & {
    readonly remedy?: string;
  } = {},
): EngineUnavailableError {
  return new EngineUnavailableError(
    { engine: engineOf(name), reason, remedy },
    options,
  );
}

/** @throws {EngineUnavailableError} If the version is another than ours. */
export function checkVersion(
  name: NativePackage,
  { version, folder }: { readonly version: string; readonly folder: string },
): void {
  if (version === TFJS_NODE_VERSION) return;
  throw unavailable(
    name,
    `the version of ${name} in "${folder}" is ${version}, expected ` +
      `${TFJS_NODE_VERSION}, as TensorFlow.js here`,
    { remedy: `deno add npm:${name}@${TFJS_NODE_VERSION}` },
  );
}

/** Names the cause of an add-on that the system's loader refused. */
export function notLoaded(
  name: NativePackage,
  { binding, error }: { readonly binding: string; readonly error: unknown },
): EngineUnavailableError {
  const words = (error instanceof Error ? error.message : String(error))
    .split("\n", 1)[0]!;
  const missing = /(\S+): cannot open shared object file/.exec(words)?.[1];
  return missing === undefined
    ? unavailable(name, `"${binding}" cannot be loaded (${words})`, {
      cause: error,
    })
    : unavailable(name, `"${binding}" needs ${missing}, which is not there`, {
      cause: error,
    });
}
