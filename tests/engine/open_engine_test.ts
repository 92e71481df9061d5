import assert from "node:assert/strict";
import { engineNames, openEngine } from "../../lib/engine/mod.ts";
import { whereAvailable } from "./where_available.ts";

Deno.test("engineNames() lists the default first and the reference last", () => {
  assert.deepEqual(engineNames(), [
    "onnx-cpu",
    "onednn",
    "onnx-wasm",
    "onnx-webgpu",
    "onnx-cuda",
    "tfjs-node",
    "tfjs-node-gpu",
    "tfjs-wasm",
    "tfjs",
  ]);
});

for (const name of engineNames()) {
  await whereAvailable(name, "opening", () => {
    Deno.test(`openEngine() opens the engine of that name when it is ${name}`, async () => {
      assert.equal((await openEngine(name)).name, name);
    });
  });
}

Deno.test("openEngine() rejects with all names when the name is unknown", async () => {
  for (const name of ["cuda", "auto", "", "toString"]) {
    await assert.rejects(openEngine(name), (error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(
        error.message,
        `Cannot open the engine: name is "${name}", expected ${
          engineNames().join(" or ")
        }`,
      );
      return true;
    });
  }
});
