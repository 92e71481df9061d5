import * as ort from "./runtime.ts";
import { arraysOf, type Runtime, sessionOptions } from "./session.ts";

// Errors reach the caller as exceptions; read by the first session.
ort.env.logLevel = "fatal";

/** onnxruntime-node's CPU provider, which writes into the arrays it is given. */
export const NATIVE = native("cpu");

/** Its CUDA provider, which copies from and to these arrays. */
export const NATIVE_CUDA = native("cuda");

function native(executionProvider: "cpu" | "cuda"): Runtime {
  return {
    ...arraysOf(ort),
    async load(model, use) {
      const session = await ort.InferenceSession.create(
        model,
        sessionOptions(executionProvider, use),
      );
      return {
        async run(feeds, fetches) {
          await session.run(feeds, fetches);
        },
        release: () => session.release(),
      };
    },
  };
}
