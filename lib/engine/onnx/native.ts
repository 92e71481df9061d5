import * as ort from "./runtime.ts";
import { type Runtime, sessionOptions } from "./session.ts";

/** onnxruntime-node's CPU provider, which writes into the arrays it is given. */
export const NATIVE: Runtime = {
  tensor: (data, shape) =>
    data instanceof Int32Array
      ? new ort.Tensor("int32", data, shape)
      : new ort.Tensor("float32", data, shape),
  async load(model, use) {
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions("cpu", use),
    );
    return {
      async run(feeds, fetches) {
        await session.run(feeds, fetches);
      },
      release: () => session.release(),
    };
  },
};
