/**
 * onnxruntime-web on a graphics processor, through the WebGPU of this program. No
 * other file imports this part of the package: its settings are the module's.
 *
 * @module
 */

// Modules are evaluated in the order of their imports.
import { showLocation } from "./_location.ts";
import { env, InferenceSession } from "onnxruntime-web/webgpu";
import { EngineUnavailableError } from "../unavailable.ts";
import { startWeb } from "./_start_web.ts";

export * from "onnxruntime-web/webgpu";

showLocation();

/** What the runtime computes on. */
export const device = await start();

/** What the processor is called. */
export const processor = device.adapterInfo.description ||
  device.adapterInfo.vendor;

async function start(): Promise<GPUDevice> {
  // Asked first: what the runtime says without a processor leads nobody further.
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) {
    throw new EngineUnavailableError({
      engine: "onnx-webgpu",
      reason: "WebGPU finds no graphics processor",
      remedy: `install its driver (on Linux one of Vulkan; Debian's ` +
        `mesa-vulkan-drivers has one that computes in software, for tests)`,
    });
  }
  // Never released: the runtime destroys the device with its last session.
  await startWeb({ env, InferenceSession }, "webgpu");
  return await (env.webgpu.device as unknown as Promise<GPUDevice>);
}
