import { canonicalJson, sha256Hex } from "../random/mod.ts";
import { deepFreeze } from "./_freeze.ts";
import { mustLayerShape } from "./_layer_shape.ts";
import { simplifyFields } from "./_simplify_fields.ts";
import { checkNetwork } from "./infer.ts";
import type { AvgPool, Block, Layer, Network, Shape } from "./network.ts";

/** What is known of the values at a point of the network. */
interface Place {
  readonly shape: Shape;
  /** True where no value can be below 0. */
  readonly nonNegative: boolean;
}

/** Layers in canonical form and the place they lead to. */
interface Simplified {
  readonly layers: readonly Layer[];
  readonly place: Place;
}

/**
 * How the identity is written where some layer must stand: a residual body that
 * simplifies to nothing still adds its input, but an empty one adds nothing.
 */
const IDENTITY: AvgPool = { type: "avgPool", kernel: 1, stride: 1 };

/**
 * The form that all networks share that compute the same thing by construction,
 * in training as in prediction and with the same parameters:
 *
 * - dropout of rate 0 and pools of kernel 1 and stride 1 go;
 * - so does a ReLU whose input cannot be negative: after a ReLU or residual
 *   block, also with pools and dropout between. (Gradients agree too: where the
 *   second ReLU would stop one, at 0, the first already does.)
 * - a "global" average pool gets the map's side as its kernel when the map is
 *   square; the stride of a window that has only one place becomes the smallest
 *   that has the same effect;
 * - a residual block with two empty branches goes; one with an empty body
 *   becomes its shortcut's layers and a ReLU;
 * - a concatenation of one branch becomes the branch's layers;
 * - fields that are no part of a layer's type go.
 *
 * What pads channels stays, even with none: it says which channels of a stream
 * come from before its block, which students inherit by.
 *
 * `canonical(canonical(network))` equals `canonical(network)`. Engines compile
 * this form, so names of weights follow it.
 *
 * @param network A valid network.
 * @returns A new, deeply frozen network.
 * @throws {RangeError} If the network is not valid.
 */
export function canonical(network: Network): Network {
  checkNetwork(network);
  const blocks: Block[] = [];
  let place: Place = { shape: network.input, nonNegative: false };
  for (const block of network.blocks.flatMap(unwrap)) {
    if (block.type === "concat") {
      const branches = block.branches.map((layers) => simplify(layers, place));
      blocks.push({
        type: "concat",
        branches: branches.map(({ layers }) => layers),
      });
      const [first] = branches;
      const { shape: [, height, width] } = first!.place;
      place = {
        shape: [
          branches.reduce((sum, branch) => sum + branch.place.shape[0], 0),
          height,
          width,
        ],
        nonNegative: branches.every((branch) => branch.place.nonNegative),
      };
    } else if (block.type === "residual") {
      const body = simplify(block.body, place);
      const shortcut = simplify(block.shortcut, place);
      blocks.push({
        type: "residual",
        body: body.layers.length === 0 ? [IDENTITY] : body.layers,
        shortcut: shortcut.layers,
      });
      place = { shape: body.place.shape, nonNegative: true };
    } else {
      const simplified = simplify([block], place);
      blocks.push(...simplified.layers);
      place = simplified.place;
    }
  }
  const [channels, height, width] = network.input;
  // Everything is rebuilt above, so none of the caller's objects is frozen.
  return deepFreeze({ input: [channels, height, width], blocks });
}

/**
 * Identity of what a network computes: SHA-256 of its canonical form's
 * canonical JSON. Weights are no part of it.
 *
 * @example
 * ```ts
 * import { networkId } from "./canonical.ts";
 *
 * const a = networkId({
 *   input: [1, 28, 28],
 *   blocks: [{ type: "relu" }, { type: "dropout", rate: 0 }],
 * });
 * const b = networkId({ input: [1, 28, 28], blocks: [{ type: "relu" }] });
 * if (a !== b) throw new Error("Expected equal ids");
 * ```
 *
 * @param network A valid network.
 * @returns 64 hexadecimal digits.
 * @throws {RangeError} If the network is not valid.
 */
export function networkId(network: Network): string {
  return sha256Hex(canonicalJson(canonical(network)));
}

/** Takes a block apart that adds nothing to its shortcut, or has one branch. */
function unwrap(block: Block): readonly Block[] {
  if (block.type === "concat" && block.branches.length === 1) {
    return block.branches[0]!;
  }
  if (block.type !== "residual" || block.body.length > 0) return [block];
  return block.shortcut.length === 0
    ? []
    : [...block.shortcut, { type: "relu" }];
}

function simplify(layers: readonly Layer[], start: Place): Simplified {
  const kept: Layer[] = [];
  let place = start;
  for (const layer of layers) {
    const simple = simplifyFields(layer, place.shape);
    if (!isIdentity(simple, place)) kept.push(simple);
    place = follow(simple, place);
  }
  return { layers: kept, place };
}

function isIdentity(layer: Layer, place: Place): boolean {
  switch (layer.type) {
    case "dropout":
      return layer.rate === 0;
    case "maxPool":
    case "avgPool":
      return layer.kernel === 1 && layer.stride === 1;
    case "relu":
      return place.nonNegative;
    default:
      return false;
  }
}

function follow(layer: Layer, place: Place): Place {
  const keepsSign = layer.type === "maxPool" || layer.type === "avgPool" ||
    layer.type === "dropout" || layer.type === "padChannels";
  return {
    shape: mustLayerShape(layer, place.shape),
    nonNegative: layer.type === "relu" || (keepsSign && place.nonNegative),
  };
}
