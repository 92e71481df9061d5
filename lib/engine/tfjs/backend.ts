import * as tf from "@tensorflow/tfjs";

/**
 * The seam between this engine and what computes its operations. Every
 * backend of TensorFlow.js registers itself in one global registry, so the
 * layers need no change for another one: tfjs-node's is named "tensorflow"
 * and its {@link TfjsBackend.activate} would first import the package.
 */
export interface TfjsBackend {
  /** Name in TensorFlow.js's registry. */
  readonly name: string;
  /** Version of what computes, for example "@tensorflow/tfjs 4.22.0". */
  readonly version: string;
  /** What else the bits depend on. */
  readonly instructionSet: string;
  /**
   * Makes this the backend of the next operations. Called before every use,
   * since the choice is global and somebody else may have made another one.
   */
  activate(): Promise<void>;
}

/** The backend in plain JavaScript: slow, and the same bits on every machine. */
export const cpuBackend: TfjsBackend = {
  name: "cpu",
  version: `@tensorflow/tfjs ${tf.version.tfjs}`,
  instructionSet: `JavaScript, V8 ${Deno.version.v8}`,
  async activate(): Promise<void> {
    if (tf.getBackend() !== "cpu") {
      await tf.setBackend("cpu");
    }
    // The flag guards a banner that advertises tfjs-node on first use.
    (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  },
};
