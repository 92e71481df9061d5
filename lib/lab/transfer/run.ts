/**
 * One source and one target: a policy trained on the one and carried to the other,
 * beside policies from scratch, seed by seed.
 *
 * @module
 */

import { countParameters } from "../../network/mod.ts";
import { summarise } from "../../report/mod.ts";
import type { PolicyState } from "../../policy/mod.ts";
import { studentSizes } from "../../reward/mod.ts";
import {
  type EvaluationRequest,
  type PreparedTeacher,
  type SearchPlan,
  stageSpace,
  startsFrom,
} from "../../search/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import { identityOf } from "../cells/identity.ts";
import { stageNote } from "../notes/stage_note.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { studentRecipes } from "../options/recipes.ts";
import { objectiveOf, searchPlanOf } from "../options/search_plan.ts";
import { registerWeights } from "../session/register_weights.ts";
import { rememberedIterations } from "../session/remembered.ts";
import {
  type SearchedNetwork,
  type SeedSearches,
  type TransferContent,
} from "./content.ts";
import { keepBiasFor, keepProbabilities } from "./keep_bias.ts";
import { sourceConfigOf, transferOptionsOf } from "./options.ts";
import { type Searched, type SearchedOnce, searchOnce } from "./search_once.ts";

type Lab = CellLab<CompressionConfig>;

/** A network with the options under which it is searched. */
interface Side extends Searched {
  readonly config: CompressionConfig;
  readonly prepared: PreparedTeacher;
}

/** What keeps a policy from scratch as small as the one carried over. */
interface MatchedRate {
  readonly rate: number;
  readonly spread: number;
  readonly bias: number;
}

/**
 * Trains policies on the source, carries each to the target, and searches there
 * with it, from scratch, and from scratch with a bias that removes as much. Stopped
 * anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 */
export async function runTransfer(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<TransferContent>> {
  const { cell: { config, seed: first, ...cell }, session, prepared } = lab;
  const sourceConfig = sourceConfigOf(config);
  const other = await lab.another(sourceConfig);
  const target = sideOf(lab, config, prepared);
  const source = sideOf(lab, sourceConfig, other.prepared);
  const seeds = Array.from(
    { length: transferOptionsOf(config).searchSeeds },
    (_, i) => first + i,
  );
  const from = await searchAll(lab, "source", {
    side: source,
    plans: seeds.map((seed) => planFrom(source, seed)),
  });
  const scratch = await searchAll(lab, "scratch", {
    side: target,
    plans: seeds.map((seed) => planFrom(target, seed)),
  });
  const matched = seeds.map((seed, i) =>
    matchedRate(target, { seed, policy: from[i]!.policy })
  );
  const biased = await searchAll(lab, "biased", {
    side: target,
    plans: seeds.map((seed, i) =>
      planFrom(target, seed, { keepBias: matched[i]!.bias })
    ),
  });
  const pretrained = await searchAll(lab, "pretrained", {
    side: target,
    plans: seeds.map((seed, i) =>
      planFrom(target, seed, { policy: from[i]!.policy })
    ),
  });
  const ofSource = trainingsOf(from);
  const ofTarget = trainingsOf([...scratch, ...biased, ...pretrained]);
  const { data, teacher } = identityOf(
    { ...cell, config: sourceConfig, seed: first },
    { engine: session.engine, subject: other.subject },
  );
  const { searchData: { train, validation } } = prepared;
  const content: TransferContent = {
    identity: {
      ...lab.identity,
      source: { data, ...(teacher === undefined ? {} : { teacher }) },
    },
    source: searchedNetwork(source),
    target: searchedNetwork(target),
    images: { train: train.length, validation: validation.length },
    students: { source: ofSource.length, target: ofTarget.length },
    seeds: seeds.map((seed, i): SeedSearches => ({
      seed,
      policy: from[i]!.policyId,
      keepRate: matched[i]!.rate,
      keepSpread: matched[i]!.spread,
      keepBias: matched[i]!.bias,
      source: from[i]!.course,
      pretrained: pretrained[i]!.course,
      scratch: scratch[i]!.course,
      biased: biased[i]!.course,
    })),
  };
  const empty = ([["source", ofSource], ["target", ofTarget]] as const).filter(
    ([, trainings]) => trainings.length === 0,
  );
  return {
    content,
    workerSeconds: [
      prepared.request,
      other.prepared.request,
      ...ofSource,
      ...ofTarget,
    ].reduce((sum, request) => sum + session.evaluator.seconds(request), 0),
    ...(empty.length === 0 ? {} : {
      failure: `no student of the ${
        empty[0]![0]
      } was found: every proposal was rejected`,
    }),
  };
}

/** How a network is searched: its students are trained as in a first stage. */
function sideOf(
  { session }: Lab,
  config: CompressionConfig,
  prepared: PreparedTeacher,
): Side {
  const { start, importance, observe, seed } = config.student;
  return {
    config,
    prepared,
    network: prepared.network,
    objective: objectiveOf(config, {
      sizes: studentSizes(prepared.network),
      accuracy: prepared.reference.accuracy,
    }),
    training: {
      recipe: studentRecipes(config).removal,
      data: prepared.searchData.id,
      seed,
      engine: session.engine.name,
      start: start === "fresh" ? undefined : startsFrom(
        { importance, observe, register: registerWeights(session) },
        { base: prepared.network, weights: prepared.weights },
      ),
    },
  };
}

/** The plan of one search: from scratch, biased, or from a trained policy. */
function planFrom(
  { config }: Side,
  seed: number,
  { policy, keepBias }: {
    readonly policy?: PolicyState;
    readonly keepBias?: number;
  } = {},
): SearchPlan {
  const removal = keepBias === undefined
    ? config.removal
    : { ...config.removal, initialKeepBias: keepBias };
  return searchPlanOf({ ...config, removal }, {
    seed,
    policies: policy === undefined ? {} : { removal: policy },
  });
}

/** What a carried policy keeps of the target, and the bias that keeps as much. */
function matchedRate(
  target: Side,
  { seed, policy }: { readonly seed: number; readonly policy: PolicyState },
): MatchedRate {
  const { network } = target;
  const carried = keepProbabilities(
    planFrom(target, seed, { policy }),
    network,
  );
  const unbiased = keepProbabilities(
    planFrom(target, seed, { keepBias: 0 }),
    network,
  );
  const { mean: rate = 0, standardDeviation: spread = 0 } = summarise(carried);
  return { rate, spread, bias: keepBiasFor(unbiased, rate) };
}

/**
 * Searches with all seeds at once: they share the workers, and whatever comes
 * first, each gets the same evaluations.
 */
async function searchAll(
  lab: Lab,
  part: string,
  { side, plans }: {
    readonly side: Side;
    readonly plans: readonly SearchPlan[];
  },
): Promise<readonly SearchedOnce[]> {
  const { evaluator, throwIfInterrupted } = lab.session;
  const phase = lab.phase(part, {
    total: plans.length * side.config.removal.iterations,
    unit: "iterations",
  });
  phase.begin();
  const isRemembered = rememberedIterations(evaluator);
  let done = 0;
  const { config, network, prepared: { reference } } = side;
  const { recipe, data, start } = side.training;
  return await Promise.all(plans.map((plan) => {
    const name = `${part}-s${plan.seed}`;
    const log = lab.log.part(name);
    const notes = lab.noteSearch({
      name,
      arm: part,
      seed: plan.seed,
      config,
      stages: ["removal"],
      teacher: { network, accuracy: reference.accuracy },
    });
    notes.stage(stageNote(lab, {
      kind: "removal",
      base: network,
      start,
      trainings: { training: { recipe, data }, finals: [] },
    }));
    return searchOnce({
      ...side,
      plan,
      evaluator,
      onIteration(record) {
        notes.iteration("removal", record);
        log.iteration(record);
        phase.reach(++done, undefined, { remembered: isRemembered(record) });
      },
      throwIfInterrupted,
    });
  }));
}

/** Each student's training once, whichever searches proposed it. */
function trainingsOf(
  searches: readonly SearchedOnce[],
): readonly EvaluationRequest[] {
  return [
    ...new Map(searches.flatMap(({ trainings }) => [...trainings])).values(),
  ];
}

function searchedNetwork(
  { config, network, prepared: { reference } }: Side,
): SearchedNetwork {
  const space = stageSpace(
    searchPlanOf(config, { seed: 1 }),
    "removal",
    network,
  );
  return {
    network: config.network,
    dataset: config.dataset,
    parameters: countParameters(network),
    accuracy: reference.accuracy,
    decisions: space.decisions.map(({ leaves }) => leaves),
  };
}
