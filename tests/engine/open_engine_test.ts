import assert from "node:assert/strict";
import { engineNames, openEngine } from "../../lib/engine/mod.ts";
import { onednnObstacle } from "./onednn_obstacle.ts";

Deno.test("engineNames() lists the default first and what needs a system library last", () => {
  assert.deepEqual(engineNames(), ["onnx-cpu", "tfjs", "onednn"]);
});

for (const name of engineNames()) {
  const obstacle = name === "onednn" ? await onednnObstacle() : undefined;
  Deno.test({
    name: `openEngine() opens the engine of that name when it is ${name}${
      obstacle === undefined ? "" : ` (ignored: ${obstacle})`
    }`,
    ignore: obstacle !== undefined,
    async fn() {
      assert.equal((await openEngine(name)).name, name);
    },
  });
}

Deno.test("openEngine() rejects with all names when the name is unknown", async () => {
  for (const name of ["cuda", "", "toString"]) {
    await assert.rejects(openEngine(name), (error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(
        error.message,
        `Cannot open the engine: name is "${name}", expected onnx-cpu or tfjs or onednn`,
      );
      return true;
    });
  }
});
