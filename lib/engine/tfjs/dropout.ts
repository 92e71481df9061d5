import { leaves, type Network } from "../../network/mod.ts";
import type { Random } from "../../random/mod.ts";
import type { DropoutMask } from "./differentiate.ts";

/**
 * Draws the masks of one batch: for each dropout layer in order, one uniform
 * number per input, images of the batch first; 1 / (1 - rate) where the number
 * reaches the rate, else 0.
 */
export function drawMasks(
  network: Network,
  { size, random }: { readonly size: number; readonly random: Random },
): Map<string, DropoutMask> {
  const masks = new Map<string, DropoutMask>();
  for (const { layer, path, input } of leaves(network)) {
    if (layer.type !== "dropout") {
      continue;
    }
    const [channels, height, width] = input;
    const values = new Float32Array(size * channels * height * width);
    const kept = 1 / (1 - layer.rate);
    for (let i = 0; i < values.length; i++) {
      values[i] = random.uniform() >= layer.rate ? kept : 0;
    }
    masks.set(path.join("."), { shape: input, values });
  }
  return masks;
}
