import type { Engine } from "./engine.ts";
import { EngineUnavailableError } from "./unavailable.ts";

// Opened through dynamic imports: only the engine in use is loaded, and a
// native library that is missing troubles nobody else.
const OPENERS: Readonly<Record<string, () => Promise<Engine>>> = {
  "onnx-cpu": openOnnxCpu,
  "onednn": async () => await (await import("./onednn/mod.ts")).openOnednn(),
  "onnx-wasm": openOnnxWasm,
  "onnx-webgpu": openOnnxWebgpu,
  "onnx-cuda": openOnnxCuda,
  "tfjs-node": async () =>
    await (await import("./tfjs/node/mod.ts")).openTfjsNode(),
  "tfjs-node-gpu": async () =>
    await (await import("./tfjs/node/mod.ts")).openTfjsNodeGpu(),
  "tfjs-wasm": openTfjsWasm,
  "tfjs": async () => await (await import("./tfjs/mod.ts")).openTfjs(),
};

/** Names that {@link openEngine} knows, the default first. */
export function engineNames(): readonly string[] {
  return Object.keys(OPENERS);
}

/**
 * Loads an engine's runtime and opens it.
 *
 * @param name One of {@link engineNames}.
 * @returns The engine, whose name is the one asked for.
 * @throws {RangeError} If there is no engine of that name.
 * @throws {EngineUnavailableError} If this machine lacks what it needs.
 */
export async function openEngine(name: string): Promise<Engine> {
  const open = Object.hasOwn(OPENERS, name) ? OPENERS[name] : undefined;
  if (open === undefined) {
    throw new RangeError(
      `Cannot open the engine: name is "${name}", expected ${
        engineNames().join(" or ")
      }`,
    );
  }
  return await open();
}

async function openOnnxCpu(): Promise<Engine> {
  try {
    // By itself first: what fails here is the package or its native add-on,
    // what fails later is a bug.
    await import("./onnx/runtime.ts");
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailableError({
      engine: "onnx-cpu",
      reason: `onnxruntime-node's native library cannot be loaded on ` +
        `${Deno.build.os} ${Deno.build.arch} (${firstLine(words)})`,
      remedy: `run "deno install" in the project's folder and allow FFI ` +
        `(--allow-ffi); the package has the library for Linux and Windows ` +
        `(x86-64, arm64) and macOS (arm64)`,
    }, { cause: error });
  }
  return await (await import("./onnx/mod.ts")).openOnnxCpu();
}

async function openOnnxWasm(): Promise<Engine> {
  try {
    await import("./onnx/web_runtime.ts");
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailableError({
      engine: "onnx-wasm",
      reason: `onnxruntime-web cannot be started (${firstLine(words)})`,
      remedy: `run "deno install" in the project's folder and allow reading ` +
        `its packages (--allow-read)`,
    }, { cause: error });
  }
  return await (await import("./onnx/mod.ts")).openOnnxWasm();
}

async function openOnnxWebgpu(): Promise<Engine> {
  try {
    await import("./onnx/webgpu_runtime.ts");
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailableError({
      engine: "onnx-webgpu",
      reason: `onnxruntime-web cannot be started on this graphics processor ` +
        `(${firstLine(words)})`,
      remedy: `bring its driver up to date, or use another engine`,
    }, { cause: error });
  }
  return await (await import("./onnx/mod.ts")).openOnnxWebgpu();
}

async function openOnnxCuda(): Promise<Engine> {
  try {
    return await (await import("./onnx/mod.ts")).openOnnxCuda();
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailableError({
      engine: "onnx-cuda",
      reason: `onnxruntime-node's CUDA provider cannot be loaded on ` +
        `${Deno.build.os} ${Deno.build.arch} (${firstLine(words)})`,
      remedy: `on Linux x86-64 with an NVIDIA GPU, CUDA 12 and cuDNN 9, let ` +
        `the package fetch it: deno approve-scripts npm:onnxruntime-node, ` +
        `then deno install`,
    }, { cause: error });
  }
}

async function openTfjsWasm(): Promise<Engine> {
  try {
    return await (await import("./tfjs/wasm/mod.ts")).openTfjsWasm();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailableError({
      engine: "tfjs-wasm",
      reason: `TensorFlow.js's WebAssembly cannot be started (${
        firstLine(words)
      })`,
      remedy: `run "deno install" in the project's folder and allow reading ` +
        `its packages (--allow-read)`,
    }, { cause: error });
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
