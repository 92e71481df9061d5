import type { Weights } from "../engine/mod.ts";
import { canonical, type Network, parameterTable } from "../network/mod.ts";
import { randomStream } from "../random/mod.ts";
import type { Initialisation } from "./recipe.ts";

/**
 * Fresh weights of a network's canonical form. Each array has a stream of its
 * own, so that it does not depend on the arrays before it.
 *
 * @param network The network.
 * @param initialisation The distribution.
 * @param seed The run's seed, >= 1.
 * @param owner What the streams are named after, usually the network's id.
 */
export function initialise(
  network: Network,
  { initialisation, seed, owner }: {
    readonly initialisation: Initialisation;
    readonly seed: number;
    readonly owner: string;
  },
): Weights {
  const weights: Record<string, Float32Array> = {};
  for (
    const { name, size, role, fanIn } of parameterTable(canonical(network))
  ) {
    const random = randomStream(seed, "initialise", owner, name);
    const bound = 1 / Math.sqrt(fanIn);
    const draw = {
      weight: initialisation === "he"
        ? () => random.normal() * Math.sqrt(2 / fanIn)
        : () => (2 * random.uniform() - 1) * bound,
      bias: initialisation === "he"
        ? () => 0
        : () => (2 * random.uniform() - 1) * bound,
      scale: initialisation === "pytorch-0.2"
        ? () => random.uniform()
        : () => 1,
      shift: () => 0,
      runningMean: () => 0,
      runningVariance: () => 1,
    }[role];
    weights[name] = Float32Array.from({ length: size }, draw);
  }
  return weights;
}
