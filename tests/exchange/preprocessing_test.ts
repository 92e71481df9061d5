import assert from "node:assert/strict";
import { ImportError, preprocessingIn } from "../../lib/exchange/mod.ts";
import { integers, node, onnxModel, values } from "./_onnx_model.ts";
import { readBytes } from "./_read_bytes.ts";

const SCALE = 1 / 255;

const REFUSALS: Readonly<Record<string, readonly [string, RegExp]>> = {
  "no JSON": ["none", /expected scale, mean and std as/],
  "another scale": [
    '{"scale":1,"mean":[0,0],"std":[1,1]}',
    /expected scale, mean and std as/,
  ],
  "an endless deviation": [
    `{"scale":${SCALE},"mean":[0,0],"std":[1,1e999]}`,
    /expected scale, mean and std as/,
  ],
  "a deviation of 0": [
    `{"scale":${SCALE},"mean":[0,0],"std":[1,0]}`,
    /its metadata say ".*"std":\[1,0\].*" of its images, expected deviations above 0/,
  ],
  "a deviation below 0": [
    `{"scale":${SCALE},"mean":[0,0],"std":[-1,1]}`,
    /expected deviations above 0/,
  ],
  "means of other channels": [
    `{"scale":${SCALE},"mean":[0],"std":[1,1]}`,
    /expected 2 of mean and std, one a channel/,
  ],
  "deviations of other channels": [
    `{"scale":${SCALE},"mean":[0,0],"std":[1,1,1]}`,
    /expected 2 of mean and std, one a channel/,
  ],
};

for (const [what, [text, message]] of Object.entries(REFUSALS)) {
  Deno.test(`preprocessingIn() refuses in words what metadata say when it is ${what}`, () => {
    assert.throws(
      () => preprocessingIn(new Map([["preprocessing", text]]), 2),
      (error) => {
        assert(error instanceof ImportError, String(error));
        assert.match(error.message, message);
        assert.equal(error.exitCode, 2);
        return true;
      },
    );
  });
}

Deno.test("readNetwork() asks metadata for as many channels as images have", async () => {
  const model = (channels: number) =>
    onnxModel({
      nodes: [
        node("Reshape", "images sizes", "flat"),
        node("MatMul", "flat w", "logits"),
      ],
      constants: { sizes: integers(-1, 72), w: values([72, 3]) },
      metadata: {
        preprocessing: JSON.stringify({
          scale: SCALE,
          mean: Array(channels).fill(0.5),
          std: Array(channels).fill(0.25),
        }),
      },
    });
  assert.deepEqual(
    (await readBytes(model(2))).preprocessing,
    { mean: [0.5, 0.5], std: [0.25, 0.25] },
  );
  await assert.rejects(readBytes(model(3)), /expected 2 of mean and std/);
});
