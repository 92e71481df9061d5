import type { Shape } from "../../network/mod.ts";

/**
 * Mean and standard deviation (of all pixels, not of a sample) of each channel,
 * of pixels scaled to 0 … 1; a channel of one level has 1, by which all pixels can
 * be divided. The sums are whole numbers, so that no order of
 * additions can show in the result.
 *
 * @param images Pixels, `[count, channels, height, width]`, count >= 1.
 * @param shape Shape of one image, as stored.
 */
export function channelStatistics(
  images: Uint8Array,
  [channels, height, width]: Shape,
): { readonly mean: readonly number[]; readonly std: readonly number[] } {
  const plane = height * width;
  const mean: number[] = [];
  const std: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const counts = new Float64Array(256);
    for (
      let start = channel * plane;
      start < images.length;
      start += channels * plane
    ) {
      const end = start + plane;
      for (let i = start; i < end; i++) counts[images[i]!]!++;
    }
    let sum = 0;
    let squares = 0;
    counts.forEach((count, level) => {
      sum += count * level;
      squares += count * level * level;
    });
    const count = images.length / channels;
    // variance = (n q - s^2) / n^2, beyond 2^53 for large sets
    const variance = Number(
      BigInt(count) * BigInt(squares) - BigInt(sum) * BigInt(sum),
    ) / count / count;
    mean.push(sum / count / 255);
    // A channel in which nothing varies says nothing: all of it becomes 0.
    std.push(variance === 0 ? 1 : Math.sqrt(variance) / 255);
  }
  return { mean, std };
}
