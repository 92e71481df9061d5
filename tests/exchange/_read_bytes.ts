import { type ImportedNetwork, readNetwork } from "../../lib/exchange/mod.ts";
import type { Shape } from "../../lib/network/mod.ts";

/** Reads an .onnx file of the bytes. */
export async function readBytes(
  bytes: Uint8Array,
  { shape = [2, 6, 6], classes = 3 }: {
    readonly shape?: Shape;
    readonly classes?: number;
  } = {},
): Promise<ImportedNetwork> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, bytes);
    return await readNetwork(path, { shape, classes });
  } finally {
    await Deno.remove(path);
  }
}
