import type { Layer } from "../network/mod.ts";
import {
  MIN_CHANNELS,
  type ShrinkRatios,
  type ShrinkRules,
  type ShrinkVariable,
} from "./shrink_rules.ts";

/** Rules with their defaults. */
export type ResolvedRules = Required<ShrinkRules>;

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} When the minimum is out of range.
 */
export function resolveRules(
  { shrink, minChannels }: ShrinkRules,
): ResolvedRules {
  const resolved = {
    shrink: shrink ?? "channels",
    minChannels: minChannels ?? MIN_CHANNELS,
  };
  if (
    !Number.isSafeInteger(resolved.minChannels) || resolved.minChannels < 1
  ) {
    throw new RangeError(
      `Cannot shrink layers: minChannels is ${minChannels}, expected an integer >= 1`,
    );
  }
  return resolved;
}

/** What shrinks one layer. */
export interface LayerShrinkage {
  /** One ratio for all sizes, or one for each. */
  readonly ratios: number | ShrinkRatios;
  /** The sizes that may change; the others stay, whatever their ratio. */
  readonly variables: readonly ShrinkVariable[];
  /** Fewest channels left. */
  readonly minChannels: number;
}

/** One layer at its ratios; the same object where it has no size to shrink. */
export function shrinkLayer(
  layer: Layer,
  { ratios, variables, minChannels }: LayerShrinkage,
): Layer {
  function shrunk(variable: ShrinkVariable, value: number, least: number) {
    if (!variables.includes(variable)) return value;
    const ratio = typeof ratios === "number" ? ratios : ratios[variable] ?? 1;
    // A size below the minimum stays what it is.
    return Math.max(scaled(value, ratio), Math.min(value, least));
  }
  if (layer.type === "conv") {
    return {
      ...layer,
      outChannels: shrunk("channels", layer.outChannels, minChannels),
      kernel: shrunk("kernel", layer.kernel, 1),
      padding: shrunk("padding", layer.padding, 0),
    };
  }
  if (layer.type === "maxPool") {
    return {
      ...layer,
      kernel: shrunk("kernel", layer.kernel, 1),
      stride: shrunk("stride", layer.stride, 1),
      // One ratio for kernel and padding keeps this at most half the kernel, as
      // floor(v / 2) = floor(floor(v) / 2); with two the student may be rejected.
      padding: shrunk("padding", layer.padding, 0),
    };
  }
  return layer;
}

/**
 * floor(value * ratio) of the decimal ratio that was meant: 90 * 0.7 is
 * 62.99999999999999 in binary and should give 63. Far below the 0.1 between a
 * product of a decimal ratio and the next integer, far above rounding errors.
 */
function scaled(value: number, ratio: number): number {
  return Math.floor(value * ratio + 1e-6);
}
