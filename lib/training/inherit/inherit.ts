/**
 * Students that start from the weights of the network they were made from.
 *
 * @module
 */

import type { Weights } from "../../engine/mod.ts";
import {
  canonical,
  type Leaf,
  leaves,
  type Network,
  parameterTable,
} from "../../network/mod.ts";
import {
  arraysOf,
  assertWeights,
  type BaseLayer,
  baseLayers,
} from "./_base_layers.ts";
import { copyLayer } from "./_copy.ts";
import { nameOf } from "./_parameter_leaves.ts";
import { mapSources } from "./_sources.ts";
import { traceChannels } from "./_trace.ts";
import type { Importance } from "./importance.ts";

/** What a student inherits from. */
export interface Heritage {
  /** The network that the student was made from, usually the teacher. */
  readonly base: Network;
  /** Weights of the base's canonical form. */
  readonly weights: Weights;
  /**
   * For each layer with parameters (convolution, batch norm, linear) of the
   * student's canonical form, in order, the number, from 0, of the one of the
   * base's canonical form that it was.
   */
  readonly layers: readonly number[];
  /** Which channels a shrunk convolution keeps. */
  readonly importance: Importance;
}

/**
 * Weights for a student from those of its base. (The paper's students start from
 * fresh weights.)
 *
 * - A convolution keeps the output channels that count most, in their order
 *   (equal ones: the first); the layers behind read the same ones.
 * - Convolutions whose outputs are added in residual blocks keep the same
 *   channels, those that count most in sum; where a shortcut pads channels, those
 *   that come through it in any case.
 * - A removed layer passes its channels on by their index, so a layer that reads
 *   them inherits when the base's layer reads as many, and else starts fresh in
 *   all that depends on its input.
 * - A smaller kernel is the middle of the base's. A linear layer inherits when
 *   the map it reads has the base's height and width, and keeps its bias in any
 *   case.
 *
 * Plain arithmetic in a fixed order: the same arguments give the same bits.
 *
 * @param student A valid network on the base's input.
 * @param heritage The base, its weights, and which of its layers the student's
 * were.
 * @param fresh Weights of the student's canonical form for all that has no
 * source, as `initialise` draws them.
 * @returns New weights of the student's canonical form.
 * @throws {RangeError} When a network is not valid, arrays are missing or of
 * another size, the inputs differ, or `layers` does not lead from each layer to
 * one that it can come from: of the same type, with the same outputs if linear,
 * with no smaller kernel if a convolution.
 */
export function inherit(
  student: Network,
  heritage: Heritage,
  fresh: Weights,
): Weights {
  assertWeights(student, fresh, "the fresh weights");
  const form = canonical(student);
  const trace = traceChannels(form);
  const base = matchLayers(trace.layers.map(({ leaf }) => leaf), heritage);
  assertSameInput(student, heritage.base);
  const { importance } = heritage;
  const pads = matchPads(form, canonical(heritage.base));
  const sources = mapSources(trace, { base, pads, importance });
  const weights: Weights = Object.fromEntries(
    parameterTable(form).map(({ name }) => [name, fresh[name]!.slice()]),
  );
  for (const [i, { leaf, reads, gives }] of trace.layers.entries()) {
    copyLayer({
      leaf,
      arrays: arraysOf(leaf, weights),
      base: base[i]!,
      reads: sources[reads]!,
      gives: sources[gives]!,
    });
  }
  return weights;
}

function assertSameInput({ input }: Network, base: Network): void {
  if (input.some((side, axis) => side !== base.input[axis])) {
    throw new RangeError(
      `Cannot inherit weights: the student's input is [${input}], expected [${base.input}] as the base's`,
    );
  }
}

/** The base's layers that pad channels; no action removes or adds one. */
function matchPads(student: Network, base: Network): readonly Leaf[] {
  const [own, from] = [student, base].map((network) =>
    leaves(network).filter(({ layer }) => layer.type === "padChannels")
  );
  if (own!.length === from!.length) return from!;
  throw new RangeError(
    `Cannot inherit weights: ${
      own!.length
    } layers of the student pad channels, expected ${
      from!.length
    } as in the base`,
  );
}

/** For each layer of the student the one of the base, checked. */
function matchLayers(
  own: readonly Leaf[],
  { base, weights, layers }: Heritage,
): readonly BaseLayer[] {
  if (layers.length !== own.length) {
    throw new RangeError(
      `Cannot inherit weights: the number of layers is ${layers.length}, expected ${own.length} (one per layer with parameters of the student)`,
    );
  }
  const from = baseLayers(base, weights);
  return own.map((leaf, i) => {
    const number = layers[i]!;
    const found = from[number];
    const wrong = found === undefined
      ? `comes from layer ${number} of the base, expected an integer from 0 to ${
        from.length - 1
      }`
      : misfit(leaf, found.leaf);
    if (wrong !== undefined) {
      throw new RangeError(
        `Cannot inherit weights: "${nameOf(leaf)}" ${wrong}`,
      );
    }
    return found!;
  });
}

/** Why a layer cannot come from another, or undefined. */
function misfit({ layer }: Leaf, base: Leaf): string | undefined {
  const from = base.layer;
  if (layer.type !== from.type) {
    return `is of type "${layer.type}", expected "${from.type}" as "${
      nameOf(base)
    }" of the base`;
  }
  if (layer.type === "linear" && from.type === "linear") {
    return layer.outFeatures === from.outFeatures
      ? undefined
      : `has ${layer.outFeatures} outputs, expected ${from.outFeatures} as "${
        nameOf(base)
      }" of the base`;
  }
  if (layer.type === "conv" && from.type === "conv") {
    return layer.kernel <= from.kernel
      ? undefined
      : `has a kernel of ${layer.kernel}, expected at most ${from.kernel} as "${
        nameOf(base)
      }" of the base`;
  }
  return undefined;
}
