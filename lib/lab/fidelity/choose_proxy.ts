import type { FidelityAnalysis, ProxyAnalysis } from "./analyse_proxies.ts";

/** Least rank correlation within the better half that a proxy is trusted with. */
export const LEAST_FIDELITY = 0.6;

/** Which proxy to search with, and why. */
export type ProxyChoice =
  | {
    /**
     * `cheapest`: the cheapest that agrees {@link LEAST_FIDELITY}; `highest`: none does,
     * and it is the one that agrees best.
     */
    readonly reason: "cheapest" | "highest";
    /** Its name. */
    readonly proxy: string;
  }
  | {
    /** No proxy tells students of the better half apart at all. */
    readonly reason: "none";
  };

/**
 * The cheapest proxy whose rank correlation with the truth within the better half
 * is at least {@link LEAST_FIDELITY}; where there is none the one with the highest. Of
 * equally cheap ones the one that agrees better, of equal ones the first.
 *
 * @param analysis What was found of the proxies.
 */
export function chooseProxy(
  { proxies }: Pick<FidelityAnalysis, "proxies">,
): ProxyChoice {
  const known = proxies.filter(({ better }) => better.spearman !== undefined)
    .toSorted((a, b) => agreement(b) - agreement(a));
  const [best] = known;
  if (best === undefined) return { reason: "none" };
  const [cheapest] = known.filter((each) => agreement(each) >= LEAST_FIDELITY)
    .toSorted((a, b) => a.imagePasses - b.imagePasses);
  return cheapest === undefined
    ? { reason: "highest", proxy: best.spec.name }
    : { reason: "cheapest", proxy: cheapest.spec.name };
}

function agreement({ better }: ProxyAnalysis): number {
  return better.spearman!;
}
