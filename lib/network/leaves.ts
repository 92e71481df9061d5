import { mustLayerShape } from "./_layer_shape.ts";
import { checkNetwork } from "./infer.ts";
import type { Layer, Network, Shape } from "./network.ts";

/** Where a leaf stands in {@link Network.blocks}. */
export type LeafPath =
  | readonly ["blocks", block: number]
  | readonly [
    "blocks",
    block: number,
    place: "body" | "shortcut",
    position: number,
  ]
  | readonly [
    "blocks",
    block: number,
    place: "branches",
    branch: number,
    position: number,
  ];

/** Where a leaf stands in its residual block. */
export interface ResidualPlace {
  /** Which of the block's two branches. */
  readonly place: "body" | "shortcut";
  /** Index in the branch, 0 to length - 1. */
  readonly position: number;
  /** Number of layers of the branch. */
  readonly length: number;
}

/** One layer of a network with its surroundings: one step of a policy (paper section 3.1). */
export interface Leaf {
  /** The layer itself, the same object as in the network. */
  readonly layer: Layer;
  /** Number of the leaf in the network, from 0. */
  readonly index: number;
  /** Where it stands; joined by dots it starts the names of its parameters. */
  readonly path: LeafPath;
  /** Shape of what the layer reads. */
  readonly input: Shape;
  /** Shape of what the layer gives. */
  readonly output: Shape;
  /** Place in a residual block; absent outside of one. */
  readonly residual?: ResidualPlace;
}

/**
 * Every layer of a network in execution order, a residual block's body before
 * its shortcut, a concatenation's branches in order. The addition and ReLU at a
 * residual block's end are no leaf.
 *
 * @param network A valid network.
 * @returns One leaf a layer; leaf `i` has index `i`.
 * @throws {RangeError} If the network is not valid.
 */
export function leaves(network: Network): readonly Leaf[] {
  checkNetwork(network);
  const found: Leaf[] = [];
  let shape = network.input;

  function add(
    layer: Layer,
    input: Shape,
    place: Pick<Leaf, "path" | "residual">,
  ): Shape {
    const output = mustLayerShape(layer, input);
    found.push({ layer, index: found.length, input, output, ...place });
    return output;
  }

  for (const [i, block] of network.blocks.entries()) {
    if (block.type === "concat") {
      const read = shape;
      let channels = 0;
      for (const [branch, layers] of block.branches.entries()) {
        shape = read;
        for (const [position, layer] of layers.entries()) {
          shape = add(layer, shape, {
            path: ["blocks", i, "branches", branch, position],
          });
        }
        channels += shape[0];
      }
      shape = [channels, shape[1], shape[2]];
      continue;
    }
    if (block.type !== "residual") {
      shape = add(block, shape, { path: ["blocks", i] });
      continue;
    }
    let output = shape;
    for (const place of ["body", "shortcut"] as const) {
      output = shape;
      for (const [position, layer] of block[place].entries()) {
        output = add(layer, output, {
          path: ["blocks", i, place, position],
          residual: { place, position, length: block[place].length },
        });
      }
    }
    // The shortcut, walked last, always has the block's output shape.
    shape = output;
  }
  return found;
}
