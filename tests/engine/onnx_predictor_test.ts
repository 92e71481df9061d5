import assert from "node:assert/strict";
import {
  openPredictor,
  ownSignature,
} from "../../lib/engine/onnx/predictor.ts";
import type { Runtime, Tensor } from "../../lib/engine/onnx/session.ts";
import { buildNetwork, type NetworkName } from "../../lib/network/mod.ts";

/** A runtime that computes nothing and notes how many images it is given. */
function counting(): { readonly runtime: Runtime; readonly counts: number[] } {
  const counts: number[] = [];
  const runtime = {
    tensor: (_: unknown, sizes: readonly number[]) => ({ sizes }),
    load: () =>
      Promise.resolve({
        run(feeds: Readonly<Record<string, Tensor>>) {
          const { sizes } = feeds.images as unknown as { sizes: number[] };
          counts.push(sizes[0]!);
          return Promise.resolve();
        },
        release: () => Promise.resolve(),
      }),
  };
  return { runtime: runtime as unknown as Runtime, counts };
}

Deno.test("ownSignature() bounds the images of a run by the bytes of their largest map", () => {
  const mostOf = (name: NetworkName, side: number, width: number) =>
    ownSignature(
      buildNetwork(name, { input: [3, side, side], classes: 10, width }),
    ).most!;
  // 64 maps of 224x224 floats of each image, 2 ** 30 bytes in all.
  assert.equal(mostOf("vgg13", 224, 1), 83);
  assert.ok(mostOf("vgg13", 224, 0.25) >= 250);
  assert.ok(mostOf("resnet18", 32, 1) >= 250);
  assert.equal(mostOf("vgg13", 4096, 1), 1);
});

Deno.test("openPredictor() runs no more images at once than the signature allows", async () => {
  const images = { name: "images", sizes: [1] };
  const logits = { name: "logits", sizes: [1] };
  for (
    const [most, expected] of [
      [undefined, [250, 250, 100]],
      [400, [250, 250, 100]],
      [240, [240, 240, 120]],
    ] as const
  ) {
    const { runtime, counts } = counting();
    const predictor = await openPredictor(runtime, new Uint8Array(), {
      images,
      logits,
      ...(most === undefined ? {} : { most }),
    });
    await predictor.predict(new Float32Array(600), 600);
    assert.deepEqual(counts, expected);
  }
});
