import { createRequire } from "node:module";

/** The functions of stdlib (stdlib.io) that are used, by package. */
interface Stdlib {
  /** P(T <= t), of t and degrees of freedom. */
  readonly "@stdlib/stats-base-dists-t-cdf": (
    t: number,
    degrees: number,
  ) => number;
  /** The t with P(T <= t) = p, of p and degrees of freedom. */
  readonly "@stdlib/stats-base-dists-t-quantile": (
    p: number,
    degrees: number,
  ) => number;
  /** P(X <= x), of x, mean and standard deviation. */
  readonly "@stdlib/stats-base-dists-normal-cdf": (
    x: number,
    mean: number,
    standardDeviation: number,
  ) => number;
}

const require = createRequire(import.meta.url);

/**
 * A function of stdlib, loaded when it is first asked for: the hundreds of small
 * modules behind one take 0.3 s, which a program that prints its help, or trains,
 * need not wait for.
 *
 * @param name Package that is the function.
 */
export function stdlib<Name extends keyof Stdlib>(name: Name): Stdlib[Name] {
  return require(name);
}
