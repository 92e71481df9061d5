import { openEngine, type Weights } from "../../lib/engine/mod.ts";
import type { Network } from "../../lib/network/mod.ts";

/** Logits of this project's engine. */
export async function predict(
  network: Network,
  weights: Weights,
  { images, count }: { readonly images: Float32Array; readonly count: number },
): Promise<Float32Array> {
  const engine = await openEngine("onnx-cpu");
  const program = await engine.compile(network, {
    loss: { crossEntropy: 1, logitMse: 0 },
    optimiser: { type: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
    batchSize: 1,
  });
  program.load(weights);
  try {
    return await program.predict(images, count);
  } finally {
    await program.dispose();
  }
}
