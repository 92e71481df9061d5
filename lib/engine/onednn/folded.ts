/**
 * What predictions compute instead of a convolution, a batch norm and a ReLU: one
 * convolution whose kernel adds a bias and cuts off below 0. It spares up to three
 * passes over each map.
 *
 * The kernel's ReLU makes 0 of NaN, which must not go unseen. None can arise where
 * no value can come near the largest float: {@link Folded.largest} bounds them all
 * by the sums of the weights. Where it cannot rule NaN out, the program predicts
 * layer by layer and looks for it.
 *
 * @module
 */

import type { Block, Network } from "../../network/mod.ts";
import type { Weights } from "../engine.ts";
import {
  affineOf,
  type FoldedWeights,
  foldedWeights,
  type Lookup,
  lookupOf,
} from "../folding.ts";

/** What follows a convolution and becomes part of it. */
export interface Tail {
  readonly norm: boolean;
  readonly relu: boolean;
}

/** A network's convolutions as predictions compute them. */
export interface Folded {
  /** By the convolution's name, for example "blocks.0". */
  readonly convolutions: ReadonlyMap<string, FoldedWeights>;
  /**
   * A bound of the absolute values of all maps; NaN where there is none.
   *
   * @param pixel The images' largest absolute value.
   */
  largest(pixel: number): number;
}

/** The tail of the convolution at an index of a list. */
export function tailOf(blocks: readonly Block[], index: number): Tail {
  const norm = blocks[index + 1]?.type === "batchNorm";
  const relu = blocks[index + (norm ? 2 : 1)]?.type === "relu";
  return { norm, relu };
}

/**
 * Whether a list ends with a convolution, or one and a batch norm: what it is added
 * to can be added by the convolution.
 */
export function endsInConv(blocks: readonly Block[]): boolean {
  const [before, last] = [blocks.at(-2), blocks.at(-1)];
  return last?.type === "conv" ||
    last?.type === "batchNorm" && before?.type === "conv";
}

/** Largest absolute output for the largest absolute input. */
type Bound = (largest: number) => number;

/** Folds a network in canonical form. */
export function fold(network: Network, weights: Weights): Folded {
  const lookup = lookupOf(network, weights);
  const convolutions = new Map<string, FoldedWeights>();
  let seen = 0;

  function boundOf(block: Block, name: string, norm?: string): Bound {
    switch (block.type) {
      case "conv": {
        const folded = foldedWeights(lookup, name, norm);
        convolutions.set(name, folded);
        return affineBound(folded);
      }
      case "linear":
        return affineBound(foldedWeights(lookup, name, undefined));
      case "batchNorm":
        return normBound(lookup, name);
      case "residual": {
        const body = boundOfAll(block.body, `${name}.body`);
        const shortcut = boundOfAll(block.shortcut, `${name}.shortcut`);
        return (largest) => body(largest) + shortcut(largest);
      }
      case "concat": {
        const branches = block.branches.map((blocks, index) =>
          boundOfAll(blocks, `${name}.branches.${index}`)
        );
        return (largest) => Math.max(...branches.map((each) => each(largest)));
      }
      default:
        return (largest) => largest;
    }
  }

  function boundOfAll(blocks: readonly Block[], prefix: string): Bound {
    const bounds = blocks.map((block, index): Bound => {
      if (block.type === "batchNorm" && blocks[index - 1]?.type === "conv") {
        return (largest) => largest;
      }
      const { norm } = tailOf(blocks, index);
      return boundOf(
        block,
        `${prefix}.${index}`,
        norm ? `${prefix}.${index + 1}` : undefined,
      );
    });
    return (largest) =>
      bounds.reduce((value, bound) => {
        const next = bound(value);
        // Math.max keeps NaN.
        seen = Math.max(seen, next);
        return next;
      }, largest);
  }

  const bound = boundOfAll(network.blocks, "blocks");
  return {
    convolutions,
    largest(pixel) {
      seen = pixel;
      bound(pixel);
      return seen;
    },
  };
}

/** Of a matrix and a bias: the largest sum of a row's absolute values decides. */
function affineBound({ weight, bias }: FoldedWeights): Bound {
  const row = weight.length / bias.length;
  let gain = 0;
  let offset = 0;
  for (let output = 0; output < bias.length; output++) {
    let sum = 0;
    for (let i = output * row; i < (output + 1) * row; i++) {
      sum += Math.abs(weight[i]!);
    }
    gain = Math.max(gain, sum);
    offset = Math.max(offset, Math.abs(bias[output]!));
  }
  return (largest) => gain * largest + offset;
}

function normBound(lookup: Lookup, name: string): Bound {
  const { scale, shift } = affineOf(lookup, name);
  const largestOf = (values: Float64Array) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [gain, offset] = [largestOf(scale), largestOf(shift)];
  return (largest) => gain * largest + offset;
}
