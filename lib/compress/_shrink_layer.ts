import type { Conv, Layer, MaxPool } from "../network/mod.ts";
import { MIN_CHANNELS, type ShrinkRules } from "./shrink_rules.ts";

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

/** One layer at a ratio; the same object where nothing shrinks. */
export function shrinkLayer(
  layer: Layer,
  ratio: number,
  rules: ResolvedRules,
): Layer {
  if (ratio === 1) return layer;
  if (layer.type === "conv") return shrinkConv(layer, ratio, rules);
  if (layer.type === "maxPool" && rules.shrink === "all") {
    return shrinkPool(layer, ratio);
  }
  return layer;
}

function shrinkConv(layer: Conv, ratio: number, rules: ResolvedRules): Conv {
  const { outChannels, kernel, padding } = layer;
  const least = Math.min(outChannels, rules.minChannels);
  const channels = Math.max(scaled(outChannels, ratio), least);
  return rules.shrink === "channels" ? { ...layer, outChannels: channels } : {
    ...layer,
    outChannels: channels,
    kernel: Math.max(scaled(kernel, ratio), 1),
    padding: scaled(padding, ratio),
  };
}

function shrinkPool(layer: MaxPool, ratio: number): MaxPool {
  return {
    type: "maxPool",
    kernel: Math.max(scaled(layer.kernel, ratio), 1),
    stride: Math.max(scaled(layer.stride, ratio), 1),
    // Stays at most half the kernel, as floor(v / 2) = floor(floor(v) / 2).
    padding: scaled(layer.padding, ratio),
  };
}

/**
 * floor(value * ratio) of the decimal ratio that was meant: 90 * 0.7 is
 * 62.99999999999999 in binary and should give 63. Far below the 0.1 between a
 * product of a decimal ratio and the next integer, far above rounding errors.
 */
function scaled(value: number, ratio: number): number {
  return Math.floor(value * ratio + 1e-6);
}
