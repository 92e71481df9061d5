import { scatterFigure } from "../../report/mod.ts";
import { subjectName } from "../compression/titles.ts";
import type { FidelityAnalysis } from "./analyse_proxies.ts";
import type { FidelityContent } from "./content.ts";
import { formatRank } from "./table.ts";

/**
 * Accuracy of each proxy against the true one, a panel a proxy, as SVG.
 *
 * @param content The record's content.
 * @param analysis What was found of it.
 */
export function fidelityFigure(
  { identity: { config }, students }: FidelityContent,
  { proxies, better }: FidelityAnalysis,
): string {
  return scatterFigure({
    title: `Proxy fidelity: ${subjectName(config)}`,
    x: "accuracy of the proxy (%)",
    y: "true accuracy (%)",
    kinds: { marked: "better half by true accuracy", other: "other half" },
    panels: proxies.map(({ spec: { name }, ...found }) => ({
      title: name,
      note: `Spearman ${formatRank(found.all.spearman)}, better half ${
        formatRank(found.better.spearman)
      }`,
      dots: students.map(({ networkId, scores, truth }) => ({
        x: 100 * scores[name]!.accuracy,
        y: 100 * truth,
        isMarked: better.has(networkId),
      })),
    })),
  });
}
