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
  const [{ openPredictor }, { NATIVE }] = await Promise.all([
    import("./onnx/predictor.ts"),
    import("./onnx/native.ts"),
  ]);
  return await openPredictor(NATIVE, bytes, network);
}
