/**
 * The embedded engines: one ONNX model per training step, run by
 * onnxruntime-node on the processor or with CUDA, or by onnxruntime-web in
 * WebAssembly or on a graphics processor.
 *
 * @module
 */

import type { Engine } from "../engine.ts";
import { checkPrecision } from "../precision.ts";
import { emptyModel } from "./graph.ts";
import { OnnxProgram, type ProgramTarget } from "./program.ts";
import type { Runtime } from "./session.ts";

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
  const [{ NATIVE }, { probeBlockSize }, ort] = await Promise.all([
    import("./native.ts"),
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
    compile: compiler("onnx-cpu", { runtime: NATIVE, block, gpu: false }),
  };
}

/**
 * Opens onnxruntime-web's WASM provider: one thread and vectors of 128 bits,
 * whose arithmetic WebAssembly defines to the last bit on every processor.
 */
export async function openOnnxWasm(): Promise<Engine> {
  const [{ WEB }, ort] = await Promise.all([
    import("./web.ts"),
    import("./web_runtime.ts"),
  ]);
  return {
    name: "onnx-wasm",
    version: `onnxruntime-web ${ort.env.versions.web}, graph ${GRAPH}`,
    instructionSet: "wasm simd128",
    // The package is built without direct convolutions.
    compile: compiler("onnx-wasm", {
      runtime: WEB,
      block: undefined,
      gpu: false,
    }),
  };
}

/**
 * Opens onnxruntime-web's WebGPU provider: parameters and the optimiser's memory
 * stay with the graphics processor from step to step.
 */
export async function openOnnxWebgpu(): Promise<Engine> {
  const [{ WEBGPU }, ort] = await Promise.all([
    import("./webgpu.ts"),
    import("./webgpu_runtime.ts"),
  ]);
  return {
    name: "onnx-webgpu",
    version: `onnxruntime-web ${ort.env.versions.web} WebGPU, graph ${GRAPH}`,
    instructionSet: ort.processor,
    compile: compiler("onnx-webgpu", {
      runtime: WEBGPU,
      block: undefined,
      gpu: true,
    }),
  };
}

/**
 * Opens onnxruntime-node's CUDA provider. Vectors come back to the processor's
 * memory after each step: the package keeps no tensors on a device.
 */
export async function openOnnxCuda(): Promise<Engine> {
  const [{ NATIVE_CUDA }, ort] = await Promise.all([
    import("./native.ts"),
    import("./runtime.ts"),
  ]);
  await probe(NATIVE_CUDA);
  return {
    name: "onnx-cuda",
    version: `onnxruntime-node ${ort.env.versions.node} CUDA, graph ${GRAPH}`,
    // The package tells no more.
    instructionSet: `${Deno.build.arch}, CUDA`,
    compile: compiler("onnx-cuda", {
      runtime: NATIVE_CUDA,
      block: undefined,
      gpu: true,
    }),
  };
}

/** Loads a model that does nothing, and so what the runtime needs. */
async function probe(runtime: Runtime): Promise<void> {
  const session = await runtime.load(emptyModel(), "prediction");
  await session.release();
}

function compiler(name: string, target: ProgramTarget): Engine["compile"] {
  return async function compile(network, plan) {
    checkPrecision({ name }, plan.precision);
    return await OnnxProgram.compile(network, plan, target);
  };
}
