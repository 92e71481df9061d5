import assert from "node:assert/strict";
import type { ImportedNetwork } from "../../lib/exchange/mod.ts";
import { describe, type Network, type Shape } from "../../lib/network/mod.ts";
import { randomStream } from "../../lib/random/mod.ts";
import { type ModelSpec, onnxModel } from "./_onnx_model.ts";
import { predict } from "./_predict.ts";
import { readBytes } from "./_read_bytes.ts";

const COUNT = 3;

/** A model, and what it must be understood as. */
export interface Case extends ModelSpec {
  /** As `describe` writes it. */
  readonly is: string;
  /** Of an image; default 2 x 6 x 6. */
  readonly shape?: Shape;
  readonly classes?: number;
}

/** What this project's engine gives for images as the file wants them. */
async function predictOwn(
  { network, weights, inner }: ImportedNetwork,
  images: Float32Array,
): Promise<Float32Array> {
  const plane = network.input[1] * network.input[2];
  const prepared = images.map((value, i) => {
    const c = Math.floor(i / plane) % network.input[0];
    return value * inner.scale[c]! + inner.shift[c]!;
  });
  return await predict(network, weights, { images: prepared, count: COUNT });
}

function noise({ input: [channels, height, width] }: Network): Float32Array {
  const random = randomStream(3, "images");
  return Float32Array.from(
    { length: COUNT * channels * height * width },
    () => random.normal(),
  );
}

/** Reads a model, and compares what it is and its logits with ONNX Runtime's. */
export async function checkLogits({ is, ...spec }: Case): Promise<void> {
  const imported = await readBytes(onnxModel(spec), spec);
  const [, ...blocks] = describe(imported.network).split(" ");
  assert.equal(blocks.join(" "), is);
  const images = noise(imported.network);
  const original = await imported.openOriginal!();
  try {
    const [expected, actual] = [
      await original.predict(images, COUNT),
      await predictOwn(imported, images),
    ];
    assert.equal(actual.length, expected.length);
    assert(expected.some((value) => value !== 0), "the file gives nothing");
    expected.forEach((value, i) =>
      assert(
        Math.abs(actual[i]! - value) < 1e-4 * Math.max(1, Math.abs(value)),
        `logit ${i} is ${actual[i]}, expected ${value}`,
      )
    );
  } finally {
    await original.dispose();
  }
}
