import { canonical, type Network, parameterTable } from "../../network/mod.ts";
import { decodeTensors } from "../../training/mod.ts";

/**
 * Why weights are none of a network; undefined where they are. A digest says where
 * they come from, not that they can be used.
 *
 * @param bytes A safetensors file.
 * @param network The network.
 */
export function weightsFault(
  bytes: Uint8Array,
  network: Network,
): string | undefined {
  let tensors: ReturnType<typeof decodeTensors>["tensors"];
  try {
    ({ tensors } = decodeTensors(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `there are no weights (${error.message})`;
  }
  const table = parameterTable(canonical(network));
  for (const { name, shape } of table) {
    const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (found?.shape.join() !== shape.join()) {
      const got = found === undefined ? "missing" : `[${found.shape}]`;
      return `"${name}" is ${got}, expected the shape [${shape}],`;
    }
    const bad = found.data.find((value) => !Number.isFinite(value));
    if (bad !== undefined) {
      return `"${name}" holds ${bad}, expected finite numbers,`;
    }
  }
  const count = Object.keys(tensors).length;
  return count === table.length
    ? undefined
    : `there are ${count} tensors, expected the network's ${table.length},`;
}
