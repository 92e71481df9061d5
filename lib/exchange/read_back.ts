/**
 * Reading exported files with the libraries that they are for.
 *
 * @module
 */

import { openEngine, openOnnx, type Predictor } from "../engine/mod.ts";
import { type Network, parameterTable, shapes } from "../network/mod.ts";
import { decodeTensors, decodeWeights } from "../training/mod.ts";
import type { Files, Format } from "./export_network.ts";
import { pytorchName } from "./pytorch.ts";

/** What reads a format, for people. */
export const READERS: Readonly<Record<Format, string>> = {
  onnx: "ONNX Runtime (onnxruntime-node)",
  safetensors: "onnx-cpu engine",
  pytorch: "onnx-cpu engine, of the weights alone",
  tfjs: "@tensorflow/tfjs, in plain JavaScript",
};

const OPENERS: Readonly<
  Record<Format, (files: Files, network: Network) => Promise<Predictor>>
> = {
  onnx: (files, network) => openOnnx(bytesOf(files, "model.onnx"), network),
  async safetensors(files, network) {
    const bytes = bytesOf(files, "model.safetensors");
    return await openWeights(network, decodeWeights(bytes));
  },
  async pytorch(files, network) {
    const { tensors } = decodeTensors(bytesOf(files, "model.safetensors"));
    const weights = parameterTable(network).map(({ name, role }) =>
      [name, tensors[pytorchName(name, role)]!.data] as const
    );
    return await openWeights(network, Object.fromEntries(weights));
  },
  tfjs: openGraphModel,
};

/**
 * A predictor from exported files.
 *
 * @param format Their format.
 * @param files As `exportNetwork` gives them, or as they were read from a folder.
 * @param network What they are of, in canonical form.
 */
export async function readBack(
  format: Format,
  files: Files,
  network: Network,
): Promise<Predictor> {
  return await OPENERS[format](files, network);
}

function bytesOf(files: Files, name: string): Uint8Array {
  const content = files.get(name);
  if (content === undefined) {
    throw new RangeError(`Cannot read back: there is no file "${name}"`);
  }
  return typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
}

async function openWeights(
  network: Network,
  weights: ReturnType<typeof decodeWeights>,
): Promise<Predictor> {
  const engine = await openEngine("onnx-cpu");
  const program = await engine.compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    batchSize: 1,
  });
  program.load(weights);
  return program;
}

async function openGraphModel(
  files: Files,
  network: Network,
): Promise<Predictor> {
  const tf = await import("@tensorflow/tfjs");
  // Also makes its backend the one in use.
  await openEngine("tfjs");
  const { modelTopology, weightsManifest, ...rest } = JSON.parse(
    new TextDecoder().decode(bytesOf(files, "model.json")),
  );
  const [{ paths: [path], weights: weightSpecs }] = weightsManifest;
  const model = await tf.loadGraphModel({
    load: () =>
      Promise.resolve({
        ...rest,
        modelTopology,
        weightSpecs,
        weightData: bytesOf(files, path).slice().buffer,
      }),
  });
  const [channels, height, width] = network.input;
  const { output } = shapes(network);
  const classes = output[0] * output[1] * output[2];
  return {
    async predict(images, count) {
      const logits = tf.tidy(() => {
        const maps = tf.tensor4d(
          images.subarray(0, count * channels * height * width),
          [count, channels, height, width],
        );
        return model.predict(tf.transpose(maps, [0, 2, 3, 1])) as ReturnType<
          typeof tf.tensor2d
        >;
      });
      try {
        return (await logits.data()).slice(0, count * classes) as Float32Array;
      } finally {
        logits.dispose();
      }
    },
    dispose() {
      model.dispose();
      return Promise.resolve();
    },
  };
}
