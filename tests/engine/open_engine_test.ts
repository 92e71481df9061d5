import assert from "node:assert/strict";
import { engineNames, openEngine } from "../../lib/engine/mod.ts";

Deno.test("openEngine() opens the engine of that name when it is known", async () => {
  assert.deepEqual(engineNames(), ["onnx-cpu", "tfjs"]);
  for (const name of engineNames()) {
    assert.equal((await openEngine(name)).name, name);
  }
});

Deno.test("openEngine() rejects with all names when the name is unknown", async () => {
  for (const name of ["cuda", "", "toString"]) {
    await assert.rejects(openEngine(name), (error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(
        error.message,
        `Cannot open the engine: name is "${name}", expected onnx-cpu or tfjs`,
      );
      return true;
    });
  }
});
