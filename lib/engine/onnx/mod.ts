/**
 * The embedded engine: one ONNX model per training step, run by
 * onnxruntime-node's CPU provider.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { Engine, Program, TrainingPlan } from "../engine.ts";
import { checkPrecision } from "../precision.ts";

/**
 * Version of the graphs that this folder builds. Raise it with every change that
 * can change a bit of a result: stored results are kept apart by it.
 */
const GRAPH = 2;

/** How the engine is opened. */
export interface OnnxCpuOptions {
  /**
   * Whether the runtime's direct convolutions are used where the processor has
   * them, default true. Without, the graphs are those of any other processor.
   */
  readonly blocked?: boolean;
}

/** Opens onnxruntime-node's CPU provider: one thread, nothing to install. */
export async function openOnnxCpu(
  { blocked = true }: OnnxCpuOptions = {},
): Promise<Engine> {
  // Loaded here, so that a missing native library is this engine's error.
  const [{ OnnxProgram }, { probeBlockSize }, ort] = await Promise.all([
    import("./program.ts"),
    import("./probe.ts"),
    import("./runtime.ts"),
  ]);
  const block = blocked ? await probeBlockSize() : undefined;
  return {
    name: "onnx-cpu",
    version: `onnxruntime-node ${ort.env.versions.node}, graph ${GRAPH}`,
    // The block is the width of a vector register in floats.
    instructionSet: block === undefined
      ? Deno.build.arch
      : `${Deno.build.arch}, ${32 * block}-bit vectors`,
    async compile(network: Network, plan: TrainingPlan): Promise<Program> {
      checkPrecision({ name: "onnx-cpu" }, plan.precision);
      return await OnnxProgram.compile(network, plan, block);
    },
  };
}
