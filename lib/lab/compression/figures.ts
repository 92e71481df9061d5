/**
 * The figures of a compression.
 *
 * @module
 */

import { removalMask, shrinkMask } from "../../compress/mod.ts";
import type { Network } from "../../network/mod.ts";
import {
  decisionLabels,
  keepFigure,
  layerDiagram,
  layerLabels,
  searchFigure,
} from "../../report/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { CompressionContent, StageContent } from "./content.ts";
import { winnerOrigins } from "./origins.ts";
import { stageLabel, stageTitle, subjectName } from "./titles.ts";

const KEEP_TITLES = {
  removal: "Probability of keep",
  shrinkage: "Expected shrink ratio",
  joint: "Expected share left",
} as const;

/**
 * Figures by the end of their names, as SVG: the winners' layers beside the
 * teacher's, the search, and what it tends to in each stage.
 *
 * @param content The record's content.
 */
export function compressionFigures(
  content: CompressionContent,
): ReadonlyMap<string, string> {
  const { identity: { config }, teacher, stages } = content;
  const title = subjectName(config);
  const figures = new Map<string, string>();
  const origins = winnerOrigins(content);
  if (origins.length > 0) {
    figures.set(
      "-layers",
      layerDiagram({
        title: `Layers: ${title}`,
        teacher: teacher.network,
        students: origins.map(({ stage, ...student }) => ({
          ...student,
          name: stageLabel(stages[stage]!.kind, stage),
        })),
      }),
    );
  }
  figures.set(
    "-search",
    searchFigure({
      title: `Search: ${title}`,
      teacher: {
        parameters: teacher.parameters,
        accuracy: content.referenceAccuracy,
      },
      stages: stages.map(({ kind, records }, index) => ({
        title: stageTitle(kind, index),
        iterations: records.map(({ proposals }) =>
          proposals.map(({ reward, accuracy, parameters }) => ({
            reward,
            ...(accuracy === undefined ? {} : { accuracy }),
            ...(parameters === undefined ? {} : { parameters }),
            rejected: parameters === undefined,
          }))
        ),
      })),
    }),
  );
  for (const stage of stages) {
    const { kind, base = teacher.network, records } = stage;
    if (records.length === 0) continue;
    figures.set(
      `-${kind}`,
      keepFigure({
        title: `${KEEP_TITLES[kind]}: ${title}`,
        kind,
        ...tendencyRows(stage, { base, config }),
        iterations: records.map(({ tendency }) => tendency),
      }),
    );
  }
  return figures;
}

/** What the rows of a tendency are. */
export interface TendencyRows {
  /** Name of a row, where it is no layer. */
  readonly row?: string;
  /** One a row. */
  readonly labels: readonly string[];
  /** Whether anything can be decided there. */
  readonly free: readonly boolean[];
}

/**
 * What the rows of a tendency are: layers, or decisions on several or on a part.
 *
 * @param stage The stage; without decisions they are on layers.
 * @param options The network that it starts from, and the run's options.
 */
export function tendencyRows(
  { kind, decisions }: Pick<StageContent, "kind" | "decisions">,
  { base, config: { shrink } }: {
    readonly base: Network;
    readonly config: CompressionConfig;
  },
): TendencyRows {
  const rules = { shrink: shrink.what, minChannels: shrink.minChannels };
  const removable = removalMask(base);
  const shrinkable = shrinkMask(base, rules);
  const masks = {
    removal: removable,
    shrinkage: shrinkable,
    joint: removable.map((free, leaf) => free || shrinkable[leaf]!),
  };
  return decisions === undefined
    ? { labels: layerLabels(base), free: masks[kind] }
    : {
      row: "decision",
      labels: decisionLabels(base, decisions),
      free: decisions.map(({ leaves }) =>
        leaves.some((leaf) => masks[kind][leaf]!)
      ),
    };
}
