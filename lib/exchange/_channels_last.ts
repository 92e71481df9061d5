/** A convolution's weights `[out, in, height, width]` as `[height, width, in, out]`. */
export function channelsLast(
  weight: Float32Array,
  shape: readonly number[],
): Float32Array {
  const [outputs, inputs, height, width] = shape as [
    number,
    number,
    number,
    number,
  ];
  const pixels = height * width;
  const moved = new Float32Array(weight.length);
  for (let out = 0; out < outputs; out++) {
    for (let i = 0; i < inputs; i++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        moved[(pixel * inputs + i) * outputs + out] =
          weight[(out * inputs + i) * pixels + pixel]!;
      }
    }
  }
  return moved;
}

/**
 * A linear layer's weights, each row over maps flattened channel by channel, as
 * rows over maps flattened pixel by pixel.
 */
export function channelsLastRows(
  weight: Float32Array,
  { channels, pixels }: { readonly channels: number; readonly pixels: number },
): Float32Array {
  const length = channels * pixels;
  return weight.map((_, at) => {
    const row = Math.floor(at / length);
    const [pixel, channel] = [
      Math.floor((at % length) / channels),
      at % channels,
    ];
    return weight[row * length + channel * pixels + pixel]!;
  });
}
