import { leaves, type Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { StartOf } from "../../search/mod.ts";
import type { CellLab } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { finalRounds, studentRecipes } from "../options/recipes.ts";
import type { StageNote, TrainingNote } from "./note.ts";

/**
 * What is noted of a stage of a compression that begins.
 *
 * @param lab Where it is run.
 * @param stage The stage, and where its students start.
 */
export function stageNote(
  { cell: { config }, prepared, forecast: { plan } }: Pick<
    CellLab<CompressionConfig>,
    "cell" | "prepared" | "forecast"
  >,
  { kind, base, start, trainings }: {
    readonly kind: PolicyKind;
    readonly base: Network;
    readonly start: StartOf | undefined;
    /** How students are trained, where it is not as in every compression. */
    readonly trainings?: StageTrainings;
  },
): StageNote {
  const { seed } = config.student;
  const inherited = start === undefined
    ? {}
    : { start: startNote(start, base) };
  const { training, finals } = trainings ?? {
    training: {
      recipe: studentRecipes(config)[kind],
      data: prepared.searchData.id,
    },
    finals: finalRounds(config).map(({ recipe }) => ({
      recipe,
      data: prepared.finalData.id,
    })),
  };
  return {
    kind,
    index: plan.stages.indexOf(kind),
    base,
    training: { ...training, seed, ...inherited },
    finals: finals.map((each) => ({
      ...each,
      seed,
      ...(config.final.start === "inherited" ? inherited : {}),
    })),
  };
}

/** How a stage's students are trained: to be scored, and each round further. */
export interface StageTrainings {
  /** To be scored. */
  readonly training: Pick<TrainingNote, "recipe" | "data">;
  /** Further, each rung and then the end. */
  readonly finals: readonly Pick<TrainingNote, "recipe" | "data">[];
}

/** Of the base itself, as of any student: all but the layers are the same. */
function startNote(
  start: StartOf,
  base: Network,
): NonNullable<TrainingNote["start"]> {
  const origin = { leaves: leaves(base).map(({ index }) => index) };
  const { base: _, layers: __, ...rest } = start({ network: base, origin });
  return rest;
}
