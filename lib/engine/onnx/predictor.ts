import { type Network, shapes } from "../../network/mod.ts";
import type { OnnxSignature, Predictor } from "../predictor.ts";
import { PREDICTION_NAMES } from "./prediction_graph.ts";
import type { Runtime } from "./session.ts";

/**
 * Images of one call of the runtime: enough to keep the processor busy, few enough
 * that a wide teacher's maps stay small.
 */
const PREDICTION_BATCH = 250;

/** The signature of a prediction model that this project wrote. */
export function ownSignature(network: Network): OnnxSignature {
  const { output } = shapes(network);
  return {
    images: { name: PREDICTION_NAMES.images, sizes: network.input },
    logits: {
      name: PREDICTION_NAMES.logits,
      sizes: [output[0] * output[1] * output[2]],
    },
  };
}

/**
 * Loads a prediction model into the runtime.
 *
 * @param runtime The runtime.
 * @param bytes An .onnx file, for example as {@link predictionModel} encodes it.
 * @param signature Its input and output.
 */
export async function openPredictor(
  runtime: Runtime,
  bytes: Uint8Array,
  { images, logits, batch }: OnnxSignature,
): Promise<Predictor> {
  const session = await runtime.load(bytes, "prediction");
  const pixels = images.sizes.reduce((product, side) => product * side, 1);
  const classes = logits.sizes.reduce((product, side) => product * side, 1);
  const atOnce = batch ?? PREDICTION_BATCH;

  async function run(from: Float32Array, to: Float32Array): Promise<void> {
    const count = to.length / classes;
    await session.run(
      { [images.name]: runtime.tensor(from, [count, ...images.sizes]) },
      { [logits.name]: runtime.tensor(to, [count, ...logits.sizes]) },
    );
  }

  return {
    async predict(values, count) {
      const found = new Float32Array(count * classes);
      for (let from = 0; from < count; from += atOnce) {
        const to = Math.min(count, from + atOnce);
        const given = values.subarray(from * pixels, to * pixels);
        const wanted = found.subarray(from * classes, to * classes);
        if (batch === undefined || to - from === batch) {
          await run(given, wanted);
          continue;
        }
        // A model that takes no fewer gets black images beside the last ones.
        const whole = new Float32Array(batch * pixels);
        whole.set(given);
        const all = new Float32Array(batch * classes);
        await run(whole, all);
        wanted.set(all.subarray(0, wanted.length));
      }
      return found;
    },
    dispose: () => session.release(),
  };
}
