import * as tf from "@tensorflow/tfjs";
import type { NamedAttrMap } from "@tensorflow/tfjs";

/** The operation's attributes, as the gradient of `tf.conv2d` gives them. */
interface Attributes {
  /** [rows, columns], or one number for both. */
  readonly strides: number | readonly [number, number];
  readonly pad: string | number;
  readonly dataFormat: string;
  /** [height, width, in, out]. */
  readonly filterShape: readonly [number, number, number, number];
}

/**
 * Registers the one kernel that TensorFlow.js's WebAssembly backend lacks for
 * training: the gradient of a convolution's weights. It is a convolution itself:
 * with images and channels exchanged, the output's gradient moves over the input,
 * dilated by the stride.
 *
 * @param backendName The backend's name in the registry.
 */
export function registerFilterGradient(backendName: string): void {
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName,
    kernelFunc({ inputs, attrs }) {
      return filterGradient(
        inputs.x as tf.Tensor4D,
        inputs.dy as tf.Tensor4D,
        attributesOf(attrs),
      );
    },
  });
}

function attributesOf(attrs: NamedAttrMap | undefined): Attributes {
  const attributes = attrs as unknown as Attributes;
  const { pad, dataFormat } = attributes;
  // The engine pads maps itself, and its maps are channels-last.
  if (pad !== "valid" || dataFormat !== "NHWC") {
    throw new RangeError(
      `Cannot compute a filter's gradient: padding is ${pad} and order is ${dataFormat}, expected valid and NHWC`,
    );
  }
  return attributes;
}

function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  { strides, filterShape: [height, width] }: Attributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const taps = tf.conv2d(
      // [in, height, width, batch] and [height, width, batch, out]
      tf.transpose(x, [3, 1, 2, 0]),
      tf.transpose(dy, [1, 2, 0, 3]),
      1,
      "valid",
      "NHWC",
      strides as number | [number, number],
    );
    // Strides can leave pixels at the end that no window reaches.
    const reached = tf.slice(taps, [0, 0, 0, 0], [-1, height, width, -1]);
    return tf.transpose(reached, [1, 2, 0, 3]);
  });
}
