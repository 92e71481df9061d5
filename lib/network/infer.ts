import { layerShape, type ShapeResult } from "./_layer_shape.ts";
import { formatShape } from "./describe.ts";
import type { Block, Concat, Layer, Network, Shape } from "./network.ts";

/** Shapes that a valid network gives. */
export interface BlockShapes {
  /** Shape of the network's output: of the last block, or of the input if there is none. */
  readonly output: Shape;
  /** Output shape of each block; a linear layer gives `[outFeatures, 1, 1]`. */
  readonly blocks: readonly Shape[];
}

/** What {@link inferShapes} finds: all shapes, or the first fault. */
export type ShapeInference =
  | { readonly ok: true } & BlockShapes
  | {
    readonly ok: false;
    /** What is wrong, for people; "… is …, expected …". */
    readonly reason: string;
    /** Index of the block at fault, -1 when it is the network's input. */
    readonly index: number;
  };

/**
 * Shapes of all blocks, or why the network cannot run. Checks every field of
 * every layer, so that a network it accepts is one that every engine runs.
 *
 * @example
 * ```ts
 * import { inferShapes } from "./infer.ts";
 *
 * const result = inferShapes({
 *   input: [1, 2, 2],
 *   blocks: [{ type: "maxPool", kernel: 3, stride: 2, padding: 0 }],
 * });
 * if (result.ok || result.index !== 0) throw new Error("Expected a fault");
 * ```
 *
 * @param network Any network, valid or not.
 * @returns Shapes, or the first fault.
 */
export function inferShapes(network: Network): ShapeInference {
  const { input } = network;
  if (
    input.length !== 3 ||
    !input.every((side) => Number.isSafeInteger(side) && side >= 1)
  ) {
    return {
      ok: false,
      reason: `input shape is [${input}], expected three integers >= 1`,
      index: -1,
    };
  }
  const blocks: Shape[] = [];
  let shape = input;
  for (const [index, block] of network.blocks.entries()) {
    const result = blockShape(block, shape);
    if (!result.ok) return { ok: false, reason: result.reason, index };
    shape = result.shape;
    blocks.push(shape);
  }
  return { ok: true, output: shape, blocks };
}

/**
 * Checks that a network can run.
 *
 * @param network Any network, valid or not.
 * @throws {RangeError} If {@link inferShapes} finds a fault; the message names
 * the block and the fault.
 */
export function checkNetwork(network: Network): void {
  shapes(network);
}

/**
 * Shapes of a network that is known to be valid.
 *
 * @param network A valid network.
 * @returns Output shape of each block and of the network.
 * @throws {RangeError} As {@link checkNetwork}.
 */
export function shapes(network: Network): BlockShapes {
  const result = inferShapes(network);
  if (result.ok) return { output: result.output, blocks: result.blocks };
  const place = result.index < 0 ? "" : `blocks.${result.index}: `;
  throw new RangeError(`Cannot use the network: ${place}${result.reason}`);
}

function blockShape(block: Block, input: Shape): ShapeResult {
  if (block.type === "concat") return concatShape(block, input);
  if (block.type !== "residual") return layerShape(block, input);
  // Two empty branches are the identity; an empty body leaves the shortcut alone.
  const body = branchShape(block.body, input, "body");
  if (!body.ok) return body;
  const shortcut = branchShape(block.shortcut, input, "shortcut");
  if (!shortcut.ok || block.body.length === 0) return shortcut;
  const bodyText = formatShape(body.shape);
  const shortcutText = formatShape(shortcut.shape);
  return bodyText === shortcutText ? body : {
    ok: false,
    reason:
      `residual body's output is ${bodyText}, expected ${shortcutText} as the shortcut's`,
  };
}

function concatShape({ branches }: Concat, input: Shape): ShapeResult {
  if (branches.length === 0) {
    return { ok: false, reason: "concat has 0 branches, expected at least 1" };
  }
  let all: Shape | undefined;
  for (const [i, layers] of branches.entries()) {
    const branch = branchShape(layers, input, `branches.${i}`);
    if (!branch.ok) return branch;
    const [channels, height, width] = branch.shape;
    if (all !== undefined && (height !== all[1] || width !== all[2])) {
      return {
        ok: false,
        reason: `concat branch ${i} has a map of ${height}x${width}, expected ${
          all[1]
        }x${all[2]} as the branches before`,
      };
    }
    all = [(all?.[0] ?? 0) + channels, height, width];
  }
  return { ok: true, shape: all! };
}

function branchShape(
  layers: readonly Layer[],
  input: Shape,
  name: string,
): ShapeResult {
  let shape = input;
  for (const [i, layer] of layers.entries()) {
    const result = layerShape(layer, shape);
    if (!result.ok) {
      return { ok: false, reason: `${name}.${i}: ${result.reason}` };
    }
    shape = result.shape;
  }
  return { ok: true, shape };
}
