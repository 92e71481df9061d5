import { fileURLToPath } from "node:url";
import { ifThere } from "../cli/mod.ts";
import { DataError } from "../data/mod.ts";

/**
 * The files of onnxruntime-web that the page asks for, by their names there: they are
 * served from the package, and no part of the page's script.
 */
export const RUNTIME_FILES: Readonly<
  Record<string, { readonly type: string; readonly path: string }>
> = {
  "ort.mjs": {
    type: "text/javascript",
    path: fileURLToPath(import.meta.resolve("onnxruntime-web/wasm")),
  },
  // Asked for by the script under the package's own name.
  "ort-wasm-simd-threaded.wasm": {
    type: "application/wasm",
    path: fileURLToPath(
      import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"),
    ),
  },
};

/**
 * Checks that the package's files are there.
 *
 * @throws {DataError} If one is not.
 */
export async function checkRuntime(): Promise<void> {
  for (const { path } of Object.values(RUNTIME_FILES)) {
    if (await ifThere(() => Deno.stat(path)) !== undefined) continue;
    throw new DataError(
      `Cannot serve onnxruntime-web: there is no "${path}"; run "deno install" in the project's folder`,
    );
  }
}
