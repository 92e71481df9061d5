import { UsageError } from "../../cli/mod.ts";
import { dataSetFacts } from "../../data/mod.ts";
import {
  buildNetwork,
  type Network,
  networkId,
  shapes,
} from "../../network/mod.ts";
import {
  foreseeStudents,
  predictSeconds,
  type SearchPlan,
  stageSpace,
} from "../../search/mod.ts";
import {
  type ForecastOptions,
  makespan,
  type Part,
  POLICY_SECONDS,
  preparationParts,
  studentSize,
} from "../forecast/forecast.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import { builtName } from "../options/teacher_file.ts";
import {
  checkTransferOptions,
  sourceConfigOf,
  transferOptionsOf,
} from "./options.ts";

/**
 * How long a cell takes: two teachers, the source's searches, three times as many
 * on the target. Students are those of policies that never learn, each counted
 * once, and none that another cell may have trained is left out.
 *
 * @param options What is known of run and machine.
 * @throws {UsageError} If its options do not fit, or its source not its data.
 */
export function foreseeTransfer(options: ForecastOptions): readonly Part[] {
  const { config, teacher } = options;
  checkTransferOptions(config);
  const sourceConfig = sourceConfigOf(config);
  const source: ForecastOptions = {
    ...options,
    config: sourceConfig,
    teacher: sourceNetwork(sourceConfig, teacher),
    // Whether it is recorded or prepared by then is not known.
    taken: false,
    isShared: false,
  };
  const students = new Set<string>();
  return [
    ...preparationParts(options),
    ...preparationParts(source).map((part) => ({
      ...part,
      name: `source ${part.name}`,
    })),
    searchPart(source, { name: "source", round: 0, known: new Set() }),
    ...["scratch", "biased", "pretrained"].map((name, round) =>
      searchPart(options, { name, round, known: students })
    ),
  ];
}

/** The source, of the target's images or its own set's. */
function sourceNetwork(
  { network, dataset, width, source }: CompressionConfig & {
    readonly source?: string;
  },
  target: Network,
): Network {
  const facts = source?.includes("@") ? dataSetFacts(dataset) : undefined;
  try {
    return buildNetwork(builtName(network), {
      input: facts?.shape ?? target.input,
      classes: facts?.classes.length ?? shapes(target).output[0],
      width,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(
      `--sources ${source}: expected a network that takes the images of ${dataset} (${error.message})`,
      { cause: error },
    );
  }
}

/** The searches of one kind, with all seeds. */
function searchPart(
  { calibration, config, teacher, images, workers }: ForecastOptions,
  { name, round, known }: {
    readonly name: string;
    /** Other students for each kind of search. */
    readonly round: number;
    /** Students of earlier parts, to which those of this one are added. */
    readonly known: Set<string>;
  },
): Part {
  const { searchSeeds } = transferOptionsOf(config);
  const { iterations } = config.removal;
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const size = studentSize(config, "removal", images);
  const times: number[] = [];
  for (let i = 0; i < searchSeeds; i++) {
    const seed = 1 + round * searchSeeds + i;
    for (const network of drawnStudents(config, seed, teacher)) {
      const id = networkId(network);
      if (known.has(id)) continue;
      known.add(id);
      times.push(predictSeconds(cost, network, size));
    }
  }
  const decisions = stageSpace(planOf(config, 1), "removal", teacher)
    .decisions.length;
  return {
    name,
    trainings: times.length,
    epochs: times.length * size.epochs,
    workerSeconds: times.reduce((sum, each) => sum + each, 0),
    wallSeconds: makespan(times, workers) +
      searchSeeds * iterations * POLICY_SECONDS * decisions,
  };
}

/** A policy that has not learned draws nearly as no policy does, which costs less. */
function planOf(config: CompressionConfig, seed: number): SearchPlan {
  return searchPlanOf({ ...config, search: "random" }, { seed });
}

function drawnStudents(
  config: CompressionConfig,
  seed: number,
  base: Network,
): readonly Network[] {
  return foreseeStudents(planOf(config, seed), {
    kind: "removal",
    base,
    iterations: config.removal.iterations,
  }).flat().filter((network) => network !== undefined);
}
