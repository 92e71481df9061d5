import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../lib/engine/mod.ts";
import {
  type ImportedNetwork,
  ImportError,
  readNetwork,
} from "../../lib/exchange/mod.ts";
import { describe, type Shape } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";

const COUNT = 3;
const SHAPE: Shape = [2, 8, 8];
const CLASSES = 3;

/** What TensorFlow.js saves of a model. */
interface Saved {
  readonly json: Record<string, unknown>;
  readonly weights: Uint8Array;
}

/** A model with weights that are not those of a fresh one. */
async function save(model: tf.LayersModel): Promise<Saved> {
  const random = randomStream(1, "weights");
  for (const weight of model.weights) {
    const isVariance = weight.name.includes("variance");
    const size = weight.shape.reduce<number>((n, side) => n * side!, 1);
    weight.write(
      tf.tensor(
        Float32Array.from(
          { length: size },
          () => isVariance ? 0.5 + random.uniform() : 0.3 * random.normal(),
        ),
        weight.shape as number[],
      ),
    );
  }
  let saved: Saved | undefined;
  await model.save({
    save(artifacts) {
      saved = {
        json: {
          format: "layers-model",
          modelTopology: artifacts.modelTopology,
          weightsManifest: [{
            paths: ["weights.bin"],
            weights: artifacts.weightSpecs,
          }],
        },
        weights: new Uint8Array(artifacts.weightData as ArrayBuffer),
      };
      return Promise.resolve({
        modelArtifactsInfo: {
          dateSaved: new Date(0),
          modelTopologyType: "JSON" as const,
        },
      });
    },
  });
  return saved!;
}

/** Reads a model from a folder of its own. */
async function read(
  { json, weights }: Saved,
  { link = false }: { readonly link?: boolean } = {},
): Promise<ImportedNetwork> {
  const folder = await Deno.makeTempDir({ prefix: "n2n-import-" });
  const elsewhere = await Deno.makeTempFile();
  try {
    // As many programs write them, with another order of keys and all.
    await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify(json));
    if (link) {
      await Deno.writeFile(elsewhere, weights);
      await Deno.symlink(elsewhere, `${folder}/weights.bin`);
    } else await Deno.writeFile(`${folder}/weights.bin`, weights);
    return await readNetwork(`${folder}/model.json`, {
      shape: SHAPE,
      classes: CLASSES,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(elsewhere);
  }
}

const { layers } = tf;

/** A model of layers in a row. */
function sequential(...list: tf.layers.Layer[]): tf.LayersModel {
  const model = tf.sequential();
  for (const layer of list) model.add(layer);
  return model;
}

const inputShape = [8, 8, 2];
const MODELS: Readonly<
  Record<string, { readonly make: () => tf.LayersModel; readonly is: string }>
> = {
  "a row of layers, with padding that is not even": {
    make: () =>
      sequential(
        layers.conv2d({
          inputShape,
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: "same",
          activation: "relu",
        }),
        layers.batchNormalization({}),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.25 }),
        layers.flatten(),
        layers.dense({ units: 5, activation: "relu" }),
        layers.batchNormalization({}),
        layers.dense({ units: CLASSES, activation: "softmax" }),
      ),
    is: "c4k4s2p1-r-bn-p-d0.25-fc5-r-bn-fc3",
  },
  "padding, means and activations as layers": {
    make: () =>
      sequential(
        layers.zeroPadding2d({ inputShape, padding: [[0, 0], [0, 2]] }),
        layers.conv2d({ filters: 4, kernelSize: [1, 3], useBias: false }),
        layers.activation({ activation: "relu" }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.reLU(),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: CLASSES }),
        layers.softmax(),
      ),
    is: "c4k5s1p2-r-ap2-r-gap-fc3",
  },
  "branches": {
    make: () => {
      const images = tf.input({ shape: inputShape });
      const conv = (filters: number, strides = 1) =>
        layers.conv2d({ filters, kernelSize: 3, strides, padding: "same" });
      const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor) =>
        layer.apply(x) as tf.SymbolicTensor;
      const start = apply(conv(4), images);
      const sum = layers.add().apply([
        apply(conv(4), apply(layers.reLU(), apply(conv(4), start))),
        start,
      ]) as tf.SymbolicTensor;
      const block = apply(layers.reLU(), sum);
      const both = layers.concatenate().apply([
        apply(conv(2), block),
        block,
      ]) as tf.SymbolicTensor;
      const flat = apply(layers.flatten(), both);
      return tf.model({
        inputs: images,
        outputs: apply(layers.dense({ units: CLASSES }), flat),
      });
    },
    is: "c4-{c4-r-c4}-[c2|]-fc3",
  },
};

for (const [what, { make, is }] of Object.entries(MODELS)) {
  Deno.test(`readNetwork() gives TensorFlow.js's logits when it has ${what}`, async () => {
    await openEngine("tfjs");
    const imported = await read(await save(make()));
    const [, ...blocks] = describe(imported.network).split(" ");
    assert.equal(blocks.join(" "), is);
    const random = randomStream(2, "images");
    const images = Float32Array.from(
      { length: COUNT * 2 * 8 * 8 },
      () => random.normal(),
    );
    const program = await (await openEngine("onnx-cpu")).compile(
      imported.network,
      {
        loss: { crossEntropy: 1, logitMse: 0 },
        optimiser: {
          type: "sgd",
          momentum: 0,
          nesterov: false,
          weightDecay: 0,
        },
        batchSize: 1,
      },
    );
    const original = await imported.openOriginal!();
    try {
      program.load(imported.weights);
      const actual = await program.predict(images, COUNT);
      const expected = await original.predict(images, COUNT);
      assert(expected.some((value) => value < 0), "a softmax is left");
      expected.forEach((value, i) =>
        assert(
          Math.abs(actual[i]! - value) < 1e-4,
          `logit ${i} is ${actual[i]}, expected ${value}`,
        )
      );
    } finally {
      await program.dispose();
      await original.dispose();
    }
  });
}

Deno.test("readNetwork() reads a functional model as Keras 3 writes it", async () => {
  const before = await save(MODELS.branches!.make());
  const { network, weights } = await read(before);
  const later = await read({ ...before, json: inKeras3(before.json) });
  assert.deepEqual(later.network, network);
  assert.deepEqual(later.weights, weights);
  const original = await later.openOriginal!();
  assert.equal(
    (await original.predict(new Float32Array(2 * 8 * 8), 1)).length,
    CLASSES,
  );
  await original.dispose();
});

/** A model's JSON with its calls and the shape of its images as Keras 3 has them. */
function inKeras3(json: unknown): Record<string, unknown> {
  const tensor = ([name, node, index]: readonly unknown[]) => ({
    class_name: "__keras_tensor__",
    config: { dtype: "float32", keras_history: [name, node, index] },
  });
  return JSON.parse(JSON.stringify(json), (key, value) => {
    if (key === "config" && value.batch_input_shape !== undefined) {
      const { batch_input_shape: batch_shape, ...rest } = value;
      return { ...rest, batch_shape };
    }
    if (key !== "inbound_nodes") return value;
    return value.map((call: readonly (readonly unknown[])[]) => ({
      args: call.length === 1 ? call.map(tensor) : [call.map(tensor)],
      kwargs: {},
    }));
  });
}

/** A sound model, to change one thing of. */
async function sound(): Promise<Saved> {
  return await save(sequential(
    layers.conv2d({ inputShape, filters: 4, kernelSize: 3, name: "conv" }),
    layers.reLU({ name: "relu" }),
    layers.flatten(),
    layers.dense({ units: CLASSES, name: "dense" }),
  ));
}

type Change = (saved: Saved) => Saved;

/** The model's JSON, one text replaced. */
function text(from: string | RegExp, to: string): Change {
  return ({ json, weights }) => {
    const before = JSON.stringify(json);
    const after = before.replace(from, to);
    assert.notEqual(after, before);
    return { json: JSON.parse(after), weights };
  };
}

const REFUSALS: Readonly<
  Record<string, readonly [Change, exitCode: number, message: RegExp]>
> = {
  "weights in another folder": [
    text('"weights.bin"', '"../weights.bin"'),
    2,
    /its weights lie in "\.\.\/weights\.bin", expected files in the folder/,
  ],
  "weights at an absolute path": [
    text('"weights.bin"', '"/etc/passwd"'),
    2,
    /its weights lie in "\/etc\/passwd"/,
  ],
  "weights that are missing": [
    text('"weights.bin"', '"other.bin"'),
    5,
    /there is no ".*other\.bin"/,
  ],
  "weights that are cut": [
    ({ json, weights }) => ({ json, weights: weights.slice(0, -4) }),
    5,
    /its weights claim 2044 bytes, expected the 2040 that are there/,
  ],
  "weights that claim gigabytes": [
    text("[3,3,2,4]", "[30000,30000,2,4]"),
    2,
    /its weights claim 28800\d+ bytes, expected at most 1073741824/,
  ],
  "a file of weights that is listed again and again": [
    ({ json, weights }) => {
      const times = Math.ceil(2 ** 30 / weights.length);
      const [group] = json.weightsManifest as { weights: unknown[] }[];
      const more = {
        name: "more/kernel",
        shape: [(times - 1) * weights.length / 4],
        dtype: "float32",
      };
      const weightsManifest = [{
        paths: Array(times).fill("weights.bin"),
        weights: [...group!.weights, more],
      }];
      return { json: { ...json, weightsManifest }, weights };
    },
    2,
    /its weights claim 10737\d+ bytes, expected at most 1073741824/,
  ],
  "weights that are quantised": [
    (saved) => {
      const changed = structuredClone(saved);
      const [group] = changed.json.weightsManifest as {
        weights: Record<string, unknown>[];
      }[];
      group!.weights[0]!.quantization = { dtype: "uint8" };
      return changed;
    },
    2,
    /is quantised, expected float32/,
  ],
  "weights that are no numbers": [
    ({ json, weights }) => {
      const changed = weights.slice();
      new DataView(changed.buffer).setFloat32(8, NaN, true);
      return { json, weights: changed };
    },
    5,
    /tensor "conv\/kernel" holds NaN/,
  ],
  "a layer without its weights": [
    text('"name":"dense/bias"', '"name":"dense/other"'),
    5,
    /the bias of layer "dense" is not among its weights/,
  ],
  "a layer that there is not": [
    text('"class_name":"Flatten"', '"class_name":"Lambda"'),
    2,
    /layer ".*" \(Lambda\) is none .* expected one of InputLayer, Conv2D/,
  ],
  "an activation that there is not": [
    text('"activation":"linear"', '"activation":"sigmoid"'),
    2,
    /node "conv" \(sigmoid\) is no operator/,
  ],
  "an activation that is what every object has": [
    text('"activation":"linear"', '"activation":"constructor"'),
    2,
    /node "conv" \(constructor\) is no operator/,
  ],
  "a ReLU from a threshold on": [
    text('"name":"relu"', '"name":"relu","threshold":1'),
    2,
    /layer "relu" \(ReLU\) has .* a threshold, expected none/,
  ],
  "a graph model": [
    text('"layers-model"', '"graph-model"'),
    2,
    /it is a graph model of TensorFlow.js, expected a layers model/,
  ],
  "no model": [
    () => ({ json: {}, weights: new Uint8Array(0) }),
    5,
    /lists no weights/,
  ],
  "a layer of an odd form": [
    text('"strides":[1,1]', '"strides":"far"'),
    5,
    /layer "conv" \(Conv2D\) has strides "far", expected two whole numbers/,
  ],
};

for (const [what, [change, exitCode, message]] of Object.entries(REFUSALS)) {
  Deno.test(`readNetwork() refuses a model of TensorFlow.js in words when it has ${what}`, async () => {
    await openEngine("tfjs");
    await assert.rejects(read(change(await sound())), (error) => {
      assert(error instanceof ImportError, String(error));
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
      return true;
    });
  });
}

Deno.test("readNetwork() refuses weights that a link leads out of the folder for", async () => {
  await openEngine("tfjs");
  await assert.rejects(
    read(await sound(), { link: true }),
    /leads out of its folder/,
  );
  // The same without the link is taken.
  assert.equal((await read(await sound())).format, "tfjs");
});
