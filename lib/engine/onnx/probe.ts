import * as ort from "./runtime.ts";
import { Graph } from "./graph.ts";
import { sessionOptions } from "./session.ts";

/** Channels of the probe's map: fewer than any block, and what reordering takes. */
const CHANNELS = 4;

/**
 * Asks the runtime for the number of channels that its direct convolution keeps
 * in a block on this processor: it reorders a map and looks at how far the
 * channels were rounded up.
 *
 * @returns 8 or 16 on today's processors; undefined where the runtime has no
 * such kernels.
 */
export async function probeBlockSize(): Promise<number | undefined> {
  const graph = new Graph();
  const input = graph.input("map", "float32", [1, CHANNELS, 1, 1]);
  const output = graph.output(
    graph.node("ReorderInput", [input], { domain: "com.microsoft.nchwc" }),
    [1, "channels", 1, 1],
  );
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(
      graph.encode(),
      { ...sessionOptions("cpu", "prediction"), logSeverityLevel: 4 },
    );
  } catch (error) {
    // A runtime without the operator refuses the model. Whatever else it has come
    // to, threads that it may not have: another worker's graphs would differ.
    if (!/ReorderInput/.test((error as Error).message)) throw error;
    return undefined;
  }
  try {
    const map = new ort.Tensor("float32", new Float32Array(CHANNELS), [
      1,
      CHANNELS,
      1,
      1,
    ]);
    const { [output]: blocked } = await session.run({ map });
    const block = blocked!.dims[1]!;
    return block > CHANNELS ? block : undefined;
  } finally {
    await session.release();
  }
}
