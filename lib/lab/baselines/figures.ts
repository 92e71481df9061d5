import {
  formatPaperCell,
  loadPaper,
  mean,
  paretoFigure,
  type ParetoNetwork,
  type ParetoReference,
  studentInterval,
} from "../../report/mod.ts";
import type { ProfileResults, RecordedCell } from "../cells/experiment.ts";
import type { CompressionContent } from "../compression/content.ts";
import { stageNumbers, subjectName } from "../compression/titles.ts";
import { PAPER } from "../project.ts";
import { subjectOf } from "./compare.ts";
import {
  type BaselineContent,
  type ComparedContent,
  isBaselineCell,
  isSearchCell,
} from "./content.ts";
import { BASELINE_NAMES, type BaselineName } from "./designs.ts";
import { sizeGroups } from "./tables.ts";

/** Cells of one subject. */
export interface ComparedSubject {
  /** Name of its figure's file, without the end. */
  readonly slug: string;
  /** For people: "VGG-13 on MNIST, width 0.25". */
  readonly title: string;
  /** Contents of its searches. */
  readonly searches: readonly CompressionContent[];
  /** Contents of its baselines. */
  readonly baselines: readonly BaselineContent[];
}

/** The subjects of a profile, in the order of their cells. */
export function comparedSubjects(
  cells: readonly RecordedCell<ComparedContent>[],
): readonly ComparedSubject[] {
  const groups = Map.groupBy(
    cells,
    ({ record }) => subjectOf(record.deterministic),
  );
  return [...groups.values()].map((own) => {
    const { cell, deterministic } = own[0]!.record;
    const { arm, seed } = deterministic.identity;
    return {
      // A cell's name is its subject's, then arm and seed.
      slug: cell!.slice(0, -`-${arm}-s${seed}`.length),
      title: subjectName(deterministic.identity.config),
      searches: own.filter(isSearchCell).map(({ record }) =>
        record.deterministic
      ),
      baselines: own.filter(isBaselineCell).map(({ record }) =>
        record.deterministic
      ),
    };
  });
}

/**
 * A Pareto picture a subject, by path below results/.
 *
 * @param results What the profile has come to.
 */
export async function comparedFigures(
  { question, profile, cells }: ProfileResults<ComparedContent>,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const subject of comparedSubjects(cells)) {
    files.set(
      `${question}/${profile}/${subject.slug}-pareto.svg`,
      await subjectFigure(subject),
    );
  }
  return files;
}

async function subjectFigure(
  { title, searches, baselines }: ComparedSubject,
): Promise<string> {
  const { identity: { config }, teacher } = (searches[0] ?? baselines[0])!;
  const arms = [...new Set(searches.map(({ identity }) => identity.arm))];
  const groups = Map.groupBy(sizeGroups(baselines), ({ arm }) => arm);
  return paretoFigure({
    title: `Accuracy against size: ${title}`,
    teacher: networkOf({ ...teacher, accuracies: [teacher.test] }),
    curves: [...groups].flatMap(([arm, sizes]) => {
      const networks = sizes.flatMap(({ found }) => {
        const accuracies = found.flatMap(({ size: { test } }) => test ?? []);
        const { parameters, macs } = found[0]!.size;
        return accuracies.length === 0
          ? []
          : [networkOf({ parameters, macs, accuracies })];
      });
      return networks.length === 0 ? [] : [{
        name: arm,
        style: BASELINE_NAMES.indexOf(arm as BaselineName),
        networks,
      }];
    }),
    students: arms.flatMap((arm, style) => {
      const own = searches.filter(({ identity }) => identity.arm === arm);
      const count = Math.max(...own.map(({ stages }) => stages.length));
      return Array.from({ length: count }, (_, stage) => {
        const found = own.flatMap(({ stages }) => stages[stage]?.winner ?? []);
        return {
          name: arm,
          when: `stage ${stageNumbers(stage)}`,
          style,
          isHollow: stage + 1 < count,
          networks: found.map((winner) =>
            networkOf({ ...winner, accuracies: [winner.test] })
          ),
        };
      }).filter(({ networks }) => networks.length > 0);
    }),
    references: await paperReferences(config),
  });
}

function networkOf(
  { parameters, macs, accuracies }: {
    readonly parameters: number;
    readonly macs: number;
    readonly accuracies: readonly number[];
  },
): ParetoNetwork {
  return {
    parameters,
    macs,
    accuracy: mean(accuracies),
    ...(accuracies.length < 2 ? {} : { interval: studentInterval(accuracies) }),
  };
}

/** What the paper found of this network on this data set, teacher included. */
async function paperReferences(
  { dataset, network }: CompressionContent["identity"]["config"],
): Promise<readonly ParetoReference[]> {
  const paper = await loadPaper(PAPER);
  const filter = { dataset, network };
  const rows = [
    ...paper.compression(filter),
    // Teachers and the paper's own students are in its table 1, too.
    ...[...paper.pruning(filter), ...paper.handDesigned(filter)].filter((
      { model },
    ) => model !== "teacher" && model !== "ours"),
  ];
  return rows.map(({ model, parameters, accuracy }) => ({
    name: `paper: ${MODELS[model] ?? model} ${
      formatPaperCell(accuracy).replace(accuracy.text, "").trim()
    }`.trim(),
    parameters: parameters.value,
    accuracy: accuracy.value,
  }));
}

/** Names for people of the paper's networks. */
const MODELS: Readonly<Record<string, string>> = {
  stage1: "stage 1",
  stage2: "stage 1+2",
  fitnet4: "FitNet-4",
  "vgg-small": "VGG-small",
};
