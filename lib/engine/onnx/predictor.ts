import { leaves, type Network, type Shape, shapes } from "../../network/mod.ts";
import type { OnnxSignature, Predictor } from "../predictor.ts";
import { PREDICTION_NAMES } from "./prediction_graph.ts";
import type { Runtime } from "./session.ts";

/**
 * Images of one call of the runtime: enough to keep the processor busy, few enough
 * that a wide teacher's maps of small images stay small.
 */
const PREDICTION_BATCH = 250;

/**
 * Bytes of the largest map of such a call, 1 GiB: of large images there are fewer.
 * On processors an image's logits have the same bits among however many others.
 */
const MOST_BYTES = 2 ** 30;

/** The signature of a prediction model that this project wrote. */
export function ownSignature(network: Network): OnnxSignature {
  const { output } = shapes(network);
  const maps = leaves(network).flatMap(({ input, output }) => [input, output]);
  const largest = 4 * Math.max(...[network.input, ...maps].map(sizeOf));
  return {
    images: { name: PREDICTION_NAMES.images, sizes: network.input },
    logits: {
      name: PREDICTION_NAMES.logits,
      sizes: [sizeOf(output)],
    },
    most: Math.max(1, Math.floor(MOST_BYTES / largest)),
  };
}

function sizeOf([channels, height, width]: Shape): number {
  return channels * height * width;
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
  { images, logits, batch, most = PREDICTION_BATCH }: OnnxSignature,
): Promise<Predictor> {
  const session = await runtime.load(bytes, "prediction");
  const pixels = images.sizes.reduce((product, side) => product * side, 1);
  const classes = logits.sizes.reduce((product, side) => product * side, 1);
  const atOnce = batch ?? Math.min(PREDICTION_BATCH, most);

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
