/** Values of a pixel. */
export const LEVELS = 256;

/**
 * What networks see of a pixel: `(level / 255 - mean) / std`, of each level of each
 * channel, `[channels, 256]`.
 *
 * @param preparation Mean and deviation of each channel, of pixels scaled to 0 … 1.
 */
export function normalisedLevels(
  { mean, std }: {
    readonly mean: readonly number[];
    readonly std: readonly number[];
  },
): Float32Array {
  const table = new Float32Array(mean.length * LEVELS);
  for (let channel = 0; channel < mean.length; channel++) {
    for (let level = 0; level < LEVELS; level++) {
      table[channel * LEVELS + level] = (level / 255 - mean[channel]!) /
        std[channel]!;
    }
  }
  return table;
}
