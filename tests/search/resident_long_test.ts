/** What a process holds over a search, in which students fail in every way. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { whereAvailable } from "../engine/where_available.ts";

const SCRIPT = fileURLToPath(new URL("_resident_script.ts", import.meta.url));

/** What allocators keep one time and not another; a hundred maps are more. */
const NOISE_BYTES = 16 * 2 ** 20;

for (const engine of ["onnx-cpu", "onednn"]) {
  await whereAvailable(engine, "resident memory", () => {
    Deno.test(`${engine} holds no more memory after hundreds of trainings, failed ones and failed steps`, async () => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-check", "--allow-all"],
          ...["--v8-flags=--expose-gc", SCRIPT, engine],
        ],
        stdin: "null",
      }).output();
      const text = new TextDecoder();
      assert.equal(text.decode(stderr), "");
      const held: readonly number[] = JSON.parse(text.decode(stdout));
      const most = Math.max(...held.slice(1)) - held[0]!;
      assert(most < NOISE_BYTES, `${most} bytes more: ${held}`);
    });
  });
}
