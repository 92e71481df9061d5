import { encodeOnnx } from "../engine/mod.ts";
import { encodeWeights } from "../training/mod.ts";
import { pytorchFiles } from "./pytorch.ts";
import { readmeOf } from "./readme.ts";
import { tfjsFiles } from "./tfjs.ts";
import { metadataOf, type TrainedNetwork } from "./trained.ts";

/** What networks can be exported to. */
export const FORMATS = ["onnx", "safetensors", "pytorch", "tfjs"] as const;

/** One of {@link FORMATS}. */
export type Format = typeof FORMATS[number];

/** Files by name. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

const ENCODERS: Readonly<
  Record<Format, (trained: TrainedNetwork) => Files | Promise<Files>>
> = {
  async onnx(trained) {
    const { network, weights } = trained;
    const bytes = await encodeOnnx(network, weights, metadataOf(trained));
    return new Map([["model.onnx", bytes]]);
  },
  safetensors(trained) {
    const { network, weights } = trained;
    const metadata = {
      ...metadataOf(trained),
      network: JSON.stringify(network),
    };
    return new Map([[
      "model.safetensors",
      encodeWeights(network, weights, metadata),
    ]]);
  },
  pytorch: pytorchFiles,
  tfjs: tfjsFiles,
};

/**
 * A trained network as files that others read: its prediction in the format, and a
 * README.md that says how to use it.
 *
 * @param format Which format.
 * @param trained The network.
 * @returns Files by name, README.md last.
 */
export async function exportNetwork(
  format: Format,
  trained: TrainedNetwork,
): Promise<Files> {
  const files = await ENCODERS[format](trained);
  return new Map([...files, ["README.md", readmeOf(format, trained)]]);
}
