import type { Leaf, PadChannels } from "../../network/mod.ts";
import type { BaseLayer } from "./_base_layers.ts";
import { channelImportance, type Importance } from "./importance.ts";
import type { Producer, Trace } from "./_trace.ts";

/** Where the channels of a student's map come from. */
export interface Sources {
  /** Channels that the base's map has there. */
  readonly width: number;
  /** For each channel of the student its index in the base's map, or -1. */
  readonly index: readonly number[];
}

/** What decides which channels are kept. */
export interface Choice {
  /** For each layer with parameters of the student the layer of the base it was. */
  readonly base: readonly BaseLayer[];
  /** The base's layers that pad channels, in order: as many as the student's. */
  readonly pads: readonly Leaf[];
  /** Which channels count most. */
  readonly importance: Importance;
}

/**
 * The sources of every map of a student, by number.
 *
 * Convolutions whose outputs are added keep the same channels: those that count
 * most over all of them. The leader, to which the shortcuts lead back, gives the
 * width; a convolution that had another width in the base has no say, as its
 * channels are none of these.
 */
export function mapSources(
  { layers, producers, leaderOf }: Trace,
  { base, pads, importance }: Choice,
): readonly Sources[] {
  const found = new Map<number, Sources>();

  function sourcesOf(map: number): Sources {
    const leader = leaderOf(map);
    const sources = found.get(leader) ?? decide(leader);
    found.set(leader, sources);
    return sources;
  }

  function decide(leader: number): Sources {
    const producer = producers[leader]!;
    switch (producer.type) {
      case "input":
        return everything(producer.channels);
      case "linear":
        return everything(layers[producer.layer]!.leaf.output[0]);
      case "concat":
        return joined(producer.maps.map(sourcesOf));
      case "conv":
        return strongest(leader);
      case "pad":
        return surrounded(leader, producer);
    }
  }

  function strongest(leader: number): Sources {
    const { layer } = producers[leader] as { readonly layer: number };
    const [width] = base[layer]!.leaf.output;
    const total = totalImportance(leader, width);
    const [channels] = layers[layer]!.leaf.output;
    const kept = [...total.keys()]
      .sort((a, b) => total[b]! - total[a]! || a - b)
      .slice(0, channels)
      .sort((a, b) => a - b);
    return { width, index: padded(kept, channels) };
  }

  /**
   * The padded map's channels stay where they come in; beside them those of the
   * others that count most.
   */
  function surrounded(
    leader: number,
    { map, layer: { before, after }, pad }: Extract<Producer, { type: "pad" }>,
  ): Sources {
    const { layer: { before: offset }, input, output: [width] } = pads[pad]! as
      & Leaf
      & { readonly layer: PadChannels };
    const within = sourcesOf(map);
    const middle = within.index.map((from) =>
      within.width === input[0] && from >= 0 ? offset + from : -1
    );
    const total = totalImportance(leader, width);
    const others = [...total.keys()]
      .filter((channel) => !middle.includes(channel))
      .sort((a, b) => total[b]! - total[a]! || a - b)
      .slice(0, before + after)
      .sort((a, b) => a - b);
    const around = padded(others, before + after);
    return {
      width,
      index: [...around.slice(0, before), ...middle, ...around.slice(before)],
    };
  }

  /** Of each channel that the base has there, over all that are added. */
  function totalImportance(leader: number, width: number): Float64Array {
    const members = producers.flatMap((producer, map) =>
      producer.type === "conv" && leaderOf(map) === leader
        ? [producer.layer]
        : []
    );
    const total = new Float64Array(width);
    for (const member of members) {
      if (base[member]!.leaf.output[0] !== width) continue;
      channelImportance(base[member]!, importance)
        .forEach((value, channel) => total[channel]! += value);
    }
    return total;
  }

  return producers.map((_, map) => sourcesOf(map));
}

/** A map that is the base's. */
function everything(width: number): Sources {
  return { width, index: Array.from({ length: width }, (_, i) => i) };
}

/** Maps side by side. */
function joined(maps: readonly Sources[]): Sources {
  let width = 0;
  const index: number[] = [];
  for (const map of maps) {
    const offset = width;
    index.push(...map.index.map((from) => from < 0 ? -1 : offset + from));
    width += map.width;
  }
  return { width, index };
}

/** Channels beyond those of the base have no source. */
function padded(index: readonly number[], length: number): readonly number[] {
  return Array.from({ length }, (_, channel) => index[channel] ?? -1);
}
