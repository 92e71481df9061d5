/**
 * A student's layers beside its teacher's.
 *
 * @module
 */

import {
  type Leaf,
  leafMacs,
  leafParameters,
  leaves,
  type Network,
} from "../../network/mod.ts";
import { layerLabel } from "../../report/mod.ts";
import type { LayerLeft, LayerRow, LayerSize } from "../model.ts";

const FLOAT_BYTES = 4;

/** Layers that share the row of the one before them. */
const SMALL = ["batchNorm", "relu", "dropout"];

interface Row {
  readonly head: Leaf;
  readonly small: readonly Leaf[];
}

/** A network that was made of the teacher. */
export interface Descendant {
  /** The network. */
  readonly network: Network;
  /** For each of its leaves the leaf of the teacher that it was. */
  readonly leaves: readonly number[];
}

/** The teacher's layers, a row each. */
export function teacherRows(teacher: Network): readonly LayerRow[] {
  return rowsOf(teacher).map(({ head, small }) => ({
    label: labelOf(head),
    ...(head.residual === undefined ? {} : { block: Number(head.path[1]) }),
    small: small.map(({ layer }) => layerLabel(layer)),
    channels: channelsOf(head) ?? 0,
    ...sizeOf([head, ...small]),
  }));
}

/** What is left of each of these rows in a student. */
export function rowsLeft(
  teacher: Network,
  { network, leaves: origin }: Descendant,
): readonly LayerLeft[] {
  const own = new Map(
    leaves(network).map((leaf, index) => [origin[index]!, leaf]),
  );
  return rowsOf(teacher).map(({ head, small }): LayerLeft => {
    const kept = own.get(head.index);
    const left = [head, ...small].flatMap(({ index }) => own.get(index) ?? []);
    const change = kept === undefined ? undefined : changeOf(head, kept);
    const { parameters, macs, bytes } = sizeOf(left);
    const channels = kept === undefined ? 0 : channelsOf(kept) ?? 0;
    return [
      [head, ...small].map(({ index }) => own.has(index) ? "1" : "0").join(""),
      channels,
      parameters,
      macs,
      bytes,
      ...(change === undefined ? [] as const : [change] as const),
    ];
  });
}

function rowsOf(network: Network): readonly Row[] {
  const rows: { head: Leaf; small: Leaf[] }[] = [];
  for (const leaf of leaves(network)) {
    const isSmall = SMALL.includes(leaf.layer.type) && rows.length > 0;
    if (isSmall) rows.at(-1)!.small.push(leaf);
    else rows.push({ head: leaf, small: [] });
  }
  return rows;
}

function labelOf({ layer, residual }: Leaf): string {
  return `${layerLabel(layer)}${
    residual?.place === "shortcut" ? " shortcut" : ""
  }`;
}

/** Output channels of a layer that sets them. */
function channelsOf({ layer }: Leaf): number | undefined {
  switch (layer.type) {
    case "conv":
      return layer.outChannels;
    case "linear":
      return layer.outFeatures;
    default:
      return undefined;
  }
}

/** What changed but the channels. */
function changeOf({ layer }: Leaf, kept: Leaf): string | undefined {
  const parts = (["kernel", "stride", "padding"] as const).flatMap((size) => {
    const before = size in layer ? layer[size as never] : undefined;
    const now = size in kept.layer ? kept.layer[size as never] : undefined;
    return before === now ? [] : [`${size} ${now} of ${before}`];
  });
  return parts.length === 0 ? undefined : parts.join(", ");
}

function sizeOf(all: readonly Leaf[]): Omit<LayerSize, "channels"> {
  const sum = (of: (leaf: Leaf) => number) =>
    all.reduce((total, leaf) => total + of(leaf), 0);
  return {
    parameters: sum((leaf) =>
      leafParameters(leaf).filter(({ trainable }) => trainable)
        .reduce((total, { size }) => total + size, 0)
    ),
    macs: sum(leafMacs),
    bytes: sum(({ output: [channels, height, width] }) =>
      channels * height * width * FLOAT_BYTES
    ),
  };
}
