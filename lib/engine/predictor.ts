import type { Network } from "../network/mod.ts";
import type { Weights } from "./engine.ts";

/** A network that can only predict. */
export interface Predictor {
  /**
   * Logits, `[count, classes]`.
   *
   * @param images Normalised, `[count, channels, height, width]`; may be longer.
   * @param count How many, >= 1.
   */
  predict(images: Float32Array, count: number): Promise<Float32Array>;
  /** Frees everything. */
  dispose(): Promise<void>;
}

/**
 * A network's prediction as an ONNX model of standard operators (operator set 17):
 * input `images`, `[batch, channels, height, width]`, output `logits`, `[batch,
 * classes]`. Dropout is gone, and so are batch norms that follow a convolution or
 * a linear layer, which they are folded into; weights bear the names of the
 * parameter table.
 *
 * @param network In canonical form, which the names of the weights follow.
 * @param weights Its weights.
 * @param metadata Texts by key, kept in the file.
 * @returns The bytes of an .onnx file.
 */
export async function encodeOnnx(
  network: Network,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const { predictionModel } = await import("./onnx/prediction_graph.ts");
  return predictionModel(network, weights, { metadata, standard: true });
}

/** A tensor of an ONNX model: name, and sizes behind the batch. */
export interface OnnxTensor {
  /** Its name in the model. */
  readonly name: string;
  /** Sizes behind the batch, each >= 1. */
  readonly sizes: readonly number[];
}

/** What goes into an ONNX model and what comes out. */
export interface OnnxSignature {
  /** Its input. */
  readonly images: OnnxTensor;
  /** Its output. */
  readonly logits: OnnxTensor;
  /** Images of each run where the model is fixed to a number, >= 1. */
  readonly batch?: number;
  /** Most images of a run where it takes any number, >= 1; at most 250, the default. */
  readonly most?: number;
}

/**
 * Reads an ONNX model as {@link encodeOnnx} gives it, on one thread of
 * onnxruntime-node.
 *
 * @param bytes The bytes of the .onnx file.
 * @param network What it is of.
 */
export async function openOnnx(
  bytes: Uint8Array,
  network: Network,
): Promise<Predictor> {
  const { ownSignature } = await import("./onnx/predictor.ts");
  return await openOnnxModel(bytes, ownSignature(network));
}

/**
 * Reads any ONNX model of one input and the outputs that it is asked for, on one
 * thread of onnxruntime-node.
 *
 * @param bytes The bytes of the .onnx file.
 * @param signature Its input and output; images are given as it wants them.
 * @throws {Error} If the runtime refuses it.
 */
export async function openOnnxModel(
  bytes: Uint8Array,
  signature: OnnxSignature,
): Promise<Predictor> {
  const [{ openPredictor }, { NATIVE }] = await Promise.all([
    import("./onnx/predictor.ts"),
    import("./onnx/native.ts"),
  ]);
  return await openPredictor(NATIVE, bytes, signature);
}
