import { type Layer, type Leaf, leaves, type Network } from "../network/mod.ts";
import { assertOnePerLeaf } from "./_actions.ts";
import { judge } from "./_judge.ts";
import { keepLayers, originOfKept } from "./_keep_layers.ts";
import { headBlock } from "./_widths.ts";
import type { Outcome } from "./outcome.ts";

/** Options of {@linkcode removeLayers}. */
export interface RemovalOptions {
  /** Largest flattened input of the first linear layer. Default 50,000. */
  readonly maxLinearInputs?: number;
}

/**
 * Layer types that removal never touches: they give the network its output
 * (linear) and its input size (average pool), as in the authors' code, or bring
 * a shortcut to its channels.
 */
const KEPT_TYPES: readonly Layer["type"][] = [
  "linear",
  "avgPool",
  "padChannels",
];

/**
 * Which keep/remove decisions are free, one per leaf (section 3.1). Free are
 * max-pools, batch norms, ReLUs, dropouts and convolutions of stride 1, one by
 * one. Fixed (always kept) are
 *
 * - the first and the last leaf;
 * - linear layers, average pools and what pads channels;
 * - convolutions of another stride: they keep a residual block's body in step
 *   with its shortcut;
 * - every leaf of a shortcut and of a concatenation's branches;
 * - in a network without a linear layer, the convolution that sets the number
 *   of classes.
 *
 * @param network A valid network.
 * @returns `true` where the decision is free, in the order of `leaves`.
 * @throws {RangeError} When the network is not valid.
 */
export function removalMask(network: Network): readonly boolean[] {
  const all = leaves(network);
  const head = headBlock(network);
  return all.map((leaf, i) =>
    i > 0 && i < all.length - 1 && isRemovable(leaf) &&
    !(leaf.path[1] === head && leaf.residual === undefined)
  );
}

function isRemovable({ layer, path, residual }: Leaf): boolean {
  if (path[2] === "branches" || residual?.place === "shortcut") return false;
  if (layer.type === "conv") return layer.stride === 1;
  return !KEPT_TYPES.includes(layer.type);
}

/**
 * Removes layers (stage 1, section 3.1). The student's leaves are the kept ones
 * of the network, in order. Layers behind a removed convolution take the
 * channels they now get. In a residual block the shortcut decides the output
 * channels and the last convolution left in the body takes them over; a body
 * with layers but without a convolution must agree by itself, else the actions
 * are rejected. A body without any layer adds nothing, and a block with neither
 * body nor shortcut is the identity and is left out.
 *
 * @param network A valid network, the base of the comparison in size.
 * @param keep One decision per leaf, `true` to keep; ignored where
 * {@linkcode removalMask} is `false`.
 * @param options Bounds of the check on the student.
 * @returns The student with its origin (deep-frozen), or why there is none; any
 * sequence of decisions gives one of the two.
 * @throws {RangeError} When the network is not valid or the number of decisions
 * is not the number of leaves.
 *
 * @example
 * ```ts
 * import { removeLayers } from "./mod.ts";
 * import type { Network } from "../network/mod.ts";
 *
 * const teacher: Network = {
 *   input: [1, 8, 8],
 *   blocks: [
 *     { type: "conv", outChannels: 4, kernel: 3, stride: 1, padding: 1, bias: true },
 *     { type: "batchNorm" },
 *     { type: "relu" },
 *     { type: "linear", outFeatures: 10, bias: true },
 *   ],
 * };
 * const outcome = removeLayers(teacher, [true, false, true, true]);
 * if (outcome.ok) outcome.network.blocks.length; // 3
 * ```
 */
export function removeLayers(
  network: Network,
  keep: readonly boolean[],
  options: RemovalOptions = {},
): Outcome {
  const mask = removalMask(network);
  assertOnePerLeaf(keep, mask.length, "remove layers");
  const isKept = mask.map((free, i) => !free || keep[i]!);
  const left = keepLayers(network, isKept);
  if ("rule" in left) return { ok: false, rejection: left };
  return judge({ network: left, origin: originOfKept(isKept) }, network, {
    ...options,
    // The lower bound belongs to shrinkage; removal keeps every channel count.
    minLinearInputs: 1,
  });
}
