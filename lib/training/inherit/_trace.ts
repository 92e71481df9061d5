import {
  type Layer,
  type Leaf,
  leaves,
  type Network,
  type PadChannels,
} from "../../network/mod.ts";
import { hasParameters } from "./_parameter_leaves.ts";

/** What decides the channels of a feature map. */
export type Producer =
  | { readonly type: "input"; readonly channels: number }
  /** A layer, by its number among the layers with parameters. */
  | { readonly type: "conv" | "linear"; readonly layer: number }
  /** The maps that a concatenation joins, in order. */
  | { readonly type: "concat"; readonly maps: readonly number[] }
  /** A map with channels of zeros around it; the layer's number among its kind. */
  | {
    readonly type: "pad";
    readonly map: number;
    readonly layer: PadChannels;
    readonly pad: number;
  };

/** A layer with parameters and the maps at its ends. */
export interface TracedLayer {
  /** The layer. */
  readonly leaf: Leaf;
  /** Number of the map that it reads. */
  readonly reads: number;
  /** Number of the map that it gives; the same for batch norm. */
  readonly gives: number;
}

/** The maps of a network, as far as their channels differ. */
export interface Trace {
  /** Layers with parameters, in order. */
  readonly layers: readonly TracedLayer[];
  /** By number of the map. */
  readonly producers: readonly Producer[];
  /**
   * The map whose channels a map has: equal for maps that a residual block adds,
   * along the whole stream.
   */
  leaderOf(map: number): number;
}

/**
 * Follows the channels through a network: which layers read the same ones, and
 * which convolutions must keep the same ones because their outputs are added.
 *
 * @param network A valid network in canonical form.
 */
export function traceChannels(network: Network): Trace {
  const order = leaves(network).values();
  const layers: TracedLayer[] = [];
  const producers: Producer[] = [];
  let pads = 0;
  // A union-find forest over the maps.
  const parents: number[] = [];

  function add(producer: Producer): number {
    parents.push(producers.length);
    return producers.push(producer) - 1;
  }

  function leaderOf(map: number): number {
    while (parents[map] !== map) map = parents[map]!;
    return map;
  }

  function run(sequence: readonly Layer[], map: number): number {
    for (const layer of sequence) {
      const { type } = layer;
      const leaf = order.next().value!;
      const reads = map;
      if (type === "conv" || type === "linear") {
        map = add({ type, layer: layers.length });
      } else if (type === "padChannels") {
        map = add({ type: "pad", map, layer, pad: pads++ });
      }
      if (hasParameters(leaf)) layers.push({ leaf, reads, gives: map });
    }
    return map;
  }

  /**
   * Ties two maps that are added. The shortcut leads, as it does in `compress`:
   * it is what carries the stream on. What no convolution gives cannot choose
   * its channels, so it leads in any case; two such maps stay apart.
   */
  function tie(shortcut: number, body: number): void {
    const [one, other] = [leaderOf(shortcut), leaderOf(body)];
    if (producers[other]!.type === "conv") parents[other] = one;
    else if (producers[one]!.type === "conv") parents[one] = other;
  }

  let map = add({ type: "input", channels: network.input[0] });
  for (const block of network.blocks) {
    if (block.type === "concat") {
      const read = map;
      const maps = block.branches.map((branch) => run(branch, read));
      map = add({ type: "concat", maps });
    } else if (block.type === "residual") {
      const body = run(block.body, map);
      map = run(block.shortcut, map);
      tie(map, body);
    } else map = run([block], map);
  }
  return { layers, producers, leaderOf };
}
