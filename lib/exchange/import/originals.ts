/**
 * A file as the library for its format runs it: what a recognised network is
 * compared with.
 *
 * @module
 */

import { openEngine, openOnnxModel, type Predictor } from "../../engine/mod.ts";
import type { Shape } from "../../network/mod.ts";
import { unsupported } from "./errors.ts";
import type { Interpretation } from "./interpret.ts";
import type { TfjsFile, TfjsWeights } from "./tfjs_file.ts";
import type { LayerConfig } from "./tfjs_layers.ts";
import { orderOf, type View } from "./view.ts";

/**
 * Runs an ONNX file in ONNX Runtime.
 *
 * @param bytes The file.
 * @param interpretation What was read of it.
 * @param shape Of an image, channels first, as they are given.
 */
export async function openOnnxOriginal(
  bytes: Uint8Array,
  { graph, interpretation: { images, logits }, shape }: {
    readonly graph: {
      readonly input: { readonly name: string };
      readonly output: string;
    };
    readonly interpretation: Interpretation;
    readonly shape: Shape;
  },
): Promise<Predictor> {
  const model = logits.name === graph.output
    ? bytes
    : withOutput(bytes, logits.name);
  let predictor: Predictor;
  try {
    predictor = await openOnnxModel(model, {
      images: { name: graph.input.name, sizes: images.sizes },
      logits,
      ...(images.batch === undefined ? {} : { batch: images.batch }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    unsupported(`ONNX Runtime cannot load it: ${reason}`);
  }
  return {
    async predict(values, count) {
      const given = reordered(values, { count, shape, view: images.view });
      try {
        return await predictor.predict(given, count);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        unsupported(`ONNX Runtime cannot run it: ${reason}`);
      }
    },
    dispose: () => predictor.dispose(),
  };
}

/** Images channels first as a file's tensor holds them. */
function reordered(
  values: Float32Array,
  { count, shape, view }: {
    readonly count: number;
    readonly shape: Shape;
    readonly view: View;
  },
): Float32Array {
  const order = orderOf(view);
  const size = shape[0] * shape[1] * shape[2];
  const steps = [shape[1] * shape[2], shape[2], 1];
  const result = new Float32Array(count * size);
  for (let i = 0; i < size; i++) {
    let [rest, from] = [i, 0];
    for (const axis of order.toReversed()) {
      from += (rest % shape[axis]) * steps[axis]!;
      rest = Math.floor(rest / shape[axis]);
    }
    for (let image = 0; image < count; image++) {
      result[image * size + i] = values[image * size + from]!;
    }
  }
  return result;
}

/**
 * The model with one more output, a tensor before its softmax. A message that
 * stands twice is one with the fields of both, so it is only appended.
 */
function withOutput(bytes: Uint8Array, name: string): Uint8Array {
  const field = (number: number, content: readonly number[]) => [
    ...varint(number << 3 | 2),
    ...varint(content.length),
    ...content,
  ];
  // TypeProto.tensor_type.elem_type = FLOAT
  const type = field(1, [8, 1]);
  const value = [
    ...field(1, [...new TextEncoder().encode(name)]),
    ...field(2, type),
  ];
  const graph = field(7, field(12, value));
  const result = new Uint8Array(bytes.length + graph.length);
  result.set(bytes);
  result.set(graph, bytes.length);
  return result;
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value >>>= 7) bytes.push(value & 0x7f | 0x80);
  return [...bytes, value];
}

/**
 * Runs a layers model in TensorFlow.js, without the softmax at its end.
 *
 * @param file The model.
 * @param weights Its weights.
 * @param options Shape of an image, how the model wants it, number of classes.
 */
export async function openTfjsOriginal(
  { model }: TfjsFile,
  weights: TfjsWeights,
  { shape, view, classes }: {
    readonly shape: Shape;
    readonly view: View;
    readonly classes: number;
  },
): Promise<Predictor> {
  const tf = await import("@tensorflow/tfjs");
  // Also makes its backend the one in use.
  await openEngine("tfjs");
  const layers = model.layers.map((layer) => configOf(layer, model.outputs));
  const topology = {
    class_name: "Model",
    config: {
      name: "original",
      layers: layers.map((layer) =>
        layer.class_name === "InputLayer"
          ? {
            ...layer,
            config: {
              name: layer.name,
              batch_input_shape: model.input.shape.map((size) => size ?? null),
              dtype: "float32",
            },
          }
          : layer
      ),
      input_layers: [[model.input.name, 0, 0]],
      output_layers: model.outputs.map((name) => [name, 0, 0]),
    },
  };
  const used = [...weights].filter(([name]) =>
    layers.some((layer) => name.startsWith(`${layer.name}/`))
  );
  const data = new Float32Array(
    used.reduce((sum, [, each]) => sum + each.data.length, 0),
  );
  used.reduce((at, [, each]) => {
    data.set(each.data, at);
    return at + each.data.length;
  }, 0);
  const loaded = await tf.loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: topology,
        weightSpecs: used.map(([name, each]) => ({
          name,
          shape: [...each.shape],
          dtype: "float32" as const,
        })),
        weightData: data.buffer,
      }),
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return unsupported(`TensorFlow.js cannot load it: ${reason}`);
  });
  const sizes = view.map((axes) =>
    axes.reduce((product: number, axis) => product * shape[axis], 1)
  );
  return {
    async predict(values, count) {
      const logits = tf.tidy(() => {
        const given = reordered(values, { count, shape, view });
        const images = tf.tensor(given, [count, ...sizes]);
        return loaded.predict(images) as ReturnType<typeof tf.tensor>;
      });
      try {
        return (await logits.data()).slice(0, count * classes) as Float32Array;
      } finally {
        logits.dispose();
      }
    },
    dispose() {
      loaded.dispose();
      return Promise.resolve();
    },
  };
}

/** A layer as TensorFlow.js reads it; a softmax at the end is left out. */
function configOf(
  { type, name, inputs, config }: LayerConfig,
  outputs: readonly string[],
) {
  const isEnd = outputs.includes(name);
  const isSoftmax = type === "Softmax" || config.activation === "softmax";
  const { batch_input_shape: _, batchInputShape: __, ...own } = config;
  return {
    class_name: isEnd && type === "Softmax" ? "Activation" : type,
    name,
    config: isEnd && isSoftmax ? { ...own, activation: "linear" } : own,
    inbound_nodes: inputs.length === 0
      ? []
      : [inputs.map((input) => [input, 0, 0, {}])],
  };
}
