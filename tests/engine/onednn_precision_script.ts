/**
 * Opens oneDNN and prints in which precision it computes where floats are asked for:
 * before, as the environment has it, and after. 0 is single precision.
 */

import { openFile } from "../../lib/engine/onednn/library.ts";
import { libraryFile } from "../../lib/engine/onednn/places.ts";

const file = libraryFile();
const { symbols } = Deno.dlopen(file, {
  dnnl_get_default_fpmath_mode: { parameters: ["buffer"], result: "i32" },
});

function mode(): number {
  const found = Int32Array.of(-1);
  symbols.dnnl_get_default_fpmath_mode(found);
  return found[0]!;
}

const before = mode();
openFile(file);
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify([before, mode()])),
);
