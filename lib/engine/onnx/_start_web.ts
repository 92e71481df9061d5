import type { InferenceSession } from "./runtime.ts";
import type * as ort from "./runtime.ts";
import { emptyModel } from "./graph.ts";

/**
 * Starts onnxruntime-web, which happens when its first model is loaded: on one
 * thread, and in this one. Its build knows vectors of 128 bits and no relaxed
 * ones, whose bits would be the processor's choice.
 *
 * @param packageOf The package, whose settings are the module's.
 * @param executionProvider What the model is loaded for.
 * @returns The model's session.
 */
export async function startWeb(
  { env, InferenceSession }: Pick<typeof ort, "env" | "InferenceSession">,
  executionProvider: string,
): Promise<InferenceSession> {
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  // Where it finds Node's interface, the runtime puts Node's workers in the place
  // of the global ones, which others need.
  const { Worker } = globalThis;
  try {
    return await InferenceSession.create(emptyModel(), {
      executionProviders: [executionProvider],
    });
  } finally {
    globalThis.Worker = Worker;
  }
}
