import {
  type Resident,
  type Runtime,
  sessionOptions,
  tensorsOf,
} from "./session.ts";
import * as ort from "./webgpu_runtime.ts";

const { device } = ort;

/** The runtime wants buffers of whole vectors of four floats. */
const ALIGNMENT = 16;

/** onnxruntime-web's WebGPU provider: residents lie in the processor's memory. */
export const WEBGPU: Runtime = {
  ...tensorsOf(ort),
  resident,
  async load(model, use) {
    const session = await ort.InferenceSession.create(
      model,
      sessionOptions("webgpu", use),
    );
    return {
      async run(feeds, fetches) {
        // Residents are written in place; of the others come copies.
        const places = Object.entries(fetches).map(([name, tensor]) =>
          [name, tensor.location === "gpu-buffer" ? tensor : null] as const
        );
        const outputs = await session.run(feeds, Object.fromEntries(places));
        for (const [name, place] of places) {
          if (place !== null) continue;
          const output = outputs[name]!;
          (fetches[name]!.data as Float32Array).set(
            output.data as Float32Array,
          );
          output.dispose();
        }
      },
      release: () => session.release(),
    };
  },
};

function resident(length: number): Resident {
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  const size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const buffer = device.createBuffer({
    size,
    usage: STORAGE | COPY_SRC | COPY_DST,
  });
  return {
    tensor: ort.Tensor.fromGpuBuffer(buffer, {
      dataType: "float32",
      dims: [length],
    }),
    async read() {
      const copy = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
      try {
        const commands = device.createCommandEncoder();
        commands.copyBufferToBuffer(buffer, 0, copy, 0, size);
        device.queue.submit([commands.finish()]);
        await copy.mapAsync(GPUMapMode.READ);
        return new Float32Array(copy.getMappedRange().slice(0, bytes));
      } finally {
        copy.destroy();
      }
    },
    write: (values) => device.queue.writeBuffer(buffer, 0, values.slice()),
    release: () => buffer.destroy(),
  };
}
