import type { Network } from "../network/mod.ts";
import type { ShrinkRules } from "./shrink_rules.ts";
import { shrinkVariables } from "./shrink_variables.ts";

/**
 * Which leaves shrinkage can change at all, one entry per leaf: those of which
 * {@linkcode shrinkVariables} lists something.
 *
 * @param network A valid network.
 * @param rules The same rules as given to {@linkcode shrinkLayers}.
 * @returns `true` where some ratio is free, in the order of `leaves`.
 * @throws {RangeError} When the network or `minChannels` is not valid.
 */
export function shrinkMask(
  network: Network,
  rules: ShrinkRules = {},
): readonly boolean[] {
  return shrinkVariables(network, rules).map(({ length }) => length > 0);
}
