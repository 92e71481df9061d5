/**
 * Where TensorFlow.js's native packages are looked for.
 *
 * @module
 */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileExists } from "../../file_exists.ts";

/** Version of the packages: the project's TensorFlow.js has the same. */
export const TFJS_NODE_VERSION = "4.22.0";

/** A native package of TensorFlow.js. */
export type NativePackage =
  | "@tensorflow/tfjs-node"
  | "@tensorflow/tfjs-node-gpu";

const PROJECT = new URL("../../../../", import.meta.url);

/** The folder that is set up, from a project's. */
const SETUP = `.engines/tfjs-node-${TFJS_NODE_VERSION}/`;

/**
 * The folder that `deno task setup:tfjs-node` fills, in a folder of the project
 * that git ignores. It lies below the project, so that what the package imports
 * is the project's own TensorFlow.js, where policies and engines are, too.
 */
export const TFJS_NODE_SETUP_FOLDER: URL = new URL(SETUP, PROJECT);

/** A package's folder and what of it is native. */
export interface NativePlace {
  /** Folder of the package. */
  readonly folder: string;
  /** The add-on's file; undefined where the package has none. */
  readonly binding: string | undefined;
}

/**
 * The package to load: the project's own, which somebody has added to it, else
 * the one that was set up. A package without its add-on, which its installer
 * did not get, makes room for the next; it is the answer where there is no next,
 * so that the message can say so.
 *
 * @param project The project's folder; a test brings its own.
 * @returns Undefined where there is none.
 */
export function findPackage(
  name: NativePackage,
  project: URL = PROJECT,
): NativePlace | undefined {
  // Elsewhere when this code was not loaded from a folder.
  if (project.protocol !== "file:") return undefined;
  const setUp = join(
    fileURLToPath(new URL(SETUP, project)),
    "node_modules",
    name,
  );
  const places = [projectFolder(name, project), setUp]
    .filter((folder) => folder !== undefined && fileExists(folder))
    .map((folder) => ({ folder: folder!, binding: bindingIn(folder!) }));
  return places.find(({ binding }) => binding !== undefined) ?? places[0];
}

function projectFolder(name: NativePackage, project: URL): string | undefined {
  const require = createRequire(new URL("deno.json", project));
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The add-on of the newest interface: it lies in lib/napi-v8, for example. */
function bindingIn(folder: string): string | undefined {
  const lib = join(folder, "lib");
  if (!fileExists(lib)) return undefined;
  const versions = Array.from(Deno.readDirSync(lib), ({ name }) => name)
    .flatMap((name) => /^napi-v(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
  return versions
    .map((version) => join(lib, `napi-v${version}`, "tfjs_binding.node"))
    .find(fileExists);
}
