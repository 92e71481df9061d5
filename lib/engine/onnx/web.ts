import { arraysOf, type Runtime, sessionOptions } from "./session.ts";
import * as ort from "./web_runtime.ts";

/** onnxruntime-web's WASM provider. */
export const WEB: Runtime = {
  ...arraysOf(ort),
  async load(model, use) {
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions("wasm", use),
    );
    return {
      async run(feeds, fetches) {
        // Arrays given for outputs are left as they are: results lie in the
        // runtime's own memory, and come back as copies.
        const outputs = await session.run(feeds, Object.keys(fetches));
        for (const [name, { data }] of Object.entries(fetches)) {
          const output = outputs[name]!;
          (data as Float32Array).set(output.data as Float32Array);
          output.dispose();
        }
      },
      release: () => session.release(),
    };
  },
};
