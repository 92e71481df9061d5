import type { Weights } from "../../engine/mod.ts";
import {
  canonical,
  type Leaf,
  leaves,
  type Network,
  type ParameterRole,
  parameterTable,
} from "../../network/mod.ts";
import { hasParameters, nameOf } from "./_parameter_leaves.ts";

/** A layer's arrays by what they do; none where the layer has no such array. */
export type LayerArrays = Readonly<
  Partial<Record<ParameterRole, Float32Array>>
>;

/** A layer of the base with its weights. */
export interface BaseLayer {
  /** The layer in the base's canonical form. */
  readonly leaf: Leaf;
  /** Its weights. */
  readonly arrays: LayerArrays;
  /** Those of a batch norm that reads the layer's output and nothing else does. */
  readonly batchNorm: LayerArrays | undefined;
}

/**
 * The layers with parameters of a network's canonical form, with their weights.
 *
 * @throws {RangeError} When the weights are not those of the network.
 */
export function baseLayers(
  network: Network,
  weights: Weights,
): readonly BaseLayer[] {
  assertWeights(network, weights, "the base's weights");
  const all = leaves(canonical(network));
  return all.filter(hasParameters).map((leaf) => {
    const next = all[leaf.index + 1];
    const isFollowed = next?.layer.type === "batchNorm" && isNext(leaf, next);
    return {
      leaf,
      arrays: arraysOf(leaf, weights),
      batchNorm: isFollowed ? arraysOf(next, weights) : undefined,
    };
  });
}

/** The arrays of a layer, the same objects as in the weights. */
export function arraysOf(leaf: Leaf, weights: Weights): LayerArrays {
  const roles: readonly ParameterRole[] = leaf.layer.type === "batchNorm"
    ? ["scale", "shift", "runningMean", "runningVariance"]
    : ["weight", "bias"];
  return Object.fromEntries(roles.flatMap((role) => {
    const array = weights[`${nameOf(leaf)}.${role}`];
    return array === undefined ? [] : [[role, array]];
  }));
}

/**
 * Makes sure that every array of a network's canonical form is there.
 *
 * @throws {RangeError} When one is missing or of another size.
 */
export function assertWeights(
  network: Network,
  weights: Weights,
  what: string,
): void {
  for (const { name, size } of parameterTable(canonical(network))) {
    const found = weights[name]?.length;
    if (found !== size) {
      throw new RangeError(
        `Cannot inherit weights: "${name}" of ${what} has ${
          found ?? "no"
        } values, expected ${size}`,
      );
    }
  }
}

/** Whether a leaf stands right behind another in the same sequence. */
function isNext({ path: before }: Leaf, { path: behind }: Leaf): boolean {
  const last = before.length - 1;
  return behind.length === before.length &&
    before.every((step, i) => i === last || step === behind[i]) &&
    behind[last] === Number(before[last]) + 1;
}
