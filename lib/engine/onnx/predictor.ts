import { type Network, shapes } from "../../network/mod.ts";
import type { Predictor } from "../predictor.ts";
import { PREDICTION_NAMES } from "./prediction_graph.ts";
import type { Runtime } from "./session.ts";

/**
 * Images of one call of the runtime: enough to keep the processor busy, few enough
 * that a wide teacher's maps stay small.
 */
const PREDICTION_BATCH = 250;

/**
 * Loads a prediction model into the runtime.
 *
 * @param runtime The runtime.
 * @param bytes An .onnx file, as {@link predictionModel} encodes it.
 * @param network What it is of.
 */
export async function openPredictor(
  runtime: Runtime,
  bytes: Uint8Array,
  network: Network,
): Promise<Predictor> {
  const session = await runtime.load(bytes, "prediction");
  const { input } = network;
  const { output } = shapes(network);
  const pixels = input[0] * input[1] * input[2];
  const classes = output[0] * output[1] * output[2];
  return {
    async predict(images, count) {
      const logits = new Float32Array(count * classes);
      for (let from = 0; from < count; from += PREDICTION_BATCH) {
        const to = Math.min(count, from + PREDICTION_BATCH);
        await session.run({
          [PREDICTION_NAMES.images]: runtime.tensor(
            images.subarray(from * pixels, to * pixels),
            [to - from, ...input],
          ),
        }, {
          [PREDICTION_NAMES.logits]: runtime.tensor(
            logits.subarray(from * classes, to * classes),
            [to - from, classes],
          ),
        });
      }
      return logits;
    },
    dispose: () => session.release(),
  };
}
