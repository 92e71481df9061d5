/**
 * The whole method: one stage after the other, each on the best student of the
 * one before, and each winner trained to the end (paper section 3).
 *
 * @module
 */

import type { ShrinkOptions } from "../compress/mod.ts";
import { type Network, networkId } from "../network/mod.ts";
import type { FeatureSet, PolicyKind, PolicyState } from "../policy/mod.ts";
import { canonicalJson } from "../random/mod.ts";
import type { Store } from "../store/mod.ts";
import type { Recipe } from "../training/mod.ts";
import type { Final } from "./final_round.ts";
import {
  type FinalOptions,
  type Finals,
  finalsOf,
  type TrainedCandidate,
  type Winner,
} from "./finals.ts";
import type { Fault } from "./faults.ts";
import { type Inheritance, type StartOf, startsFrom } from "./heritage.ts";
import { storeJournal } from "./journal.ts";
import type { Candidate, IterationRecord } from "./records.ts";
import type { ActionSpace, Grain } from "./space/action_space.ts";
import { createSpace } from "./space/create_space.ts";
import { misaligned } from "./space/misaligned.ts";
import type { StageLength } from "./ranking.ts";
import { runStage, type StageResult } from "./stage.ts";
import type { AnnealingConfig } from "./strategy/annealing.ts";
import { createStrategy, type StrategyName } from "./strategy/create.ts";
import type { EvolutionConfig } from "./strategy/evolution.ts";
import type { PolicyConfig } from "./strategy/reinforce.ts";
import type { Strategy, StrategyState } from "./strategy/strategy.ts";
import {
  studentIdentity,
  studentRequest,
  type StudentTraining,
} from "./student_request.ts";

/** How a stage searches. */
export interface StageConfig extends StageLength, PolicyConfig {}

/** How a search goes, stage by stage: the part that forecasts need too. */
export interface SearchPlan {
  /** Stages in their order, none twice. */
  readonly stages: readonly PolicyKind[];
  /** Who proposes. */
  readonly search: StrategyName;
  /** What is decided together. */
  readonly grain: Grain;
  /** Each kind of stage. */
  readonly config: Readonly<Record<PolicyKind, StageConfig>>;
  /** Simulated annealing. */
  readonly annealing: AnnealingConfig;
  /** Evolution. */
  readonly evolution: EvolutionConfig;
  /** Faults of the authors' release that it repeats; undefined for none. */
  readonly faults?: readonly Fault[] | undefined;
  /** Rules of layer shrinkage. */
  readonly shrink: ShrinkOptions;
  /** The search's seed, >= 1. */
  readonly seed: number;
  /** Trained policies to start from, where there are. */
  readonly policies?: Readonly<Partial<Record<PolicyKind, PolicyState>>>;
}

/** What {@link searchStages} needs. */
export interface SearchOptions
  extends Omit<FinalOptions, "start" | "needsWeights" | "purpose"> {
  /** Name of the run: stages continue under it. */
  readonly run: string;
  /** Where the stages keep their progress. */
  readonly store: Store;
  /** The network to compress. */
  readonly teacher: Network;
  /** How the search goes. */
  readonly plan: SearchPlan;
  /** Short training that scores a stage's candidates. */
  readonly students: Readonly<Record<PolicyKind, Recipe>>;
  /** Id of the data that candidates are trained and validated on. */
  readonly searchData: string;
  /** How students inherit weights; left out, they start from fresh ones. */
  readonly inheritance?: Inheritance;
  /** Called after each iteration that was run. */
  readonly onIteration?: (kind: PolicyKind, record: IterationRecord) => void;
  /** Called with the record of each iteration in order, of restored ones too. */
  readonly onRecord?: (kind: PolicyKind, record: IterationRecord) => void;
  /** Called when a stage's search is over, before its candidates are trained further. */
  readonly onSearched?: (kind: PolicyKind) => void;
  /**
   * Called when a stage begins, with the network that it starts from, and with
   * where its students start, where they inherit weights.
   */
  readonly onStage?: (
    kind: PolicyKind,
    base: Network,
    start: StartOf | undefined,
  ) => void;
  /** Asked before each iteration. */
  readonly throwIfInterrupted?: () => void;
}

/** What came of a stage. */
export interface StageOutcome {
  /** Which stage. */
  readonly kind: PolicyKind;
  /** The network that it started from. */
  readonly base: Network;
  /** What it decided on. */
  readonly space: ActionSpace;
  /** One an iteration. */
  readonly records: readonly IterationRecord[];
  /** Every training of each rung before the final ones, in the order of the candidates. */
  readonly rungs: readonly (readonly Final[])[];
  /** Every final training, in the order of the candidates. */
  readonly finals: readonly Final[];
  /** What the strategy had learned at the end. */
  readonly learned: StrategyState;
  /**
   * Undefined when nothing was free to decide, every proposal was rejected or failed,
   * or every final training did.
   */
  readonly winner?: Winner;
}

/** What came of all stages. */
export interface SearchResult {
  /** Seconds of training threads for every training asked for, whenever it was run. */
  readonly workerSeconds: number;
  /** Those that were begun, in order: a stage without a student is the last. */
  readonly stages: readonly StageOutcome[];
}

/** The action space of a stage. */
export function stageSpace(
  { grain, shrink, config, faults = [] }: SearchPlan,
  kind: PolicyKind,
  base: Network,
): ActionSpace {
  const set: FeatureSet = config[kind].features;
  const space = createSpace({ kind, base, grain, shrink, features: { set } });
  return kind === "removal" && faults.includes("misalignedActions")
    ? misaligned(space)
    : space;
}

/** The strategy of a stage at its start; dispose of it. */
export function stageStrategy(plan: SearchPlan, space: ActionSpace): Strategy {
  const { search, seed, config, annealing, evolution, faults, policies } = plan;
  const start = policies?.[space.kind];
  return createStrategy(search, {
    space,
    seed,
    config: config[space.kind],
    annealing,
    evolution,
    ...(faults === undefined ? {} : { faults }),
    ...(start === undefined ? {} : { start }),
  });
}

/**
 * Runs all stages and the final trainings. Interrupted at any point and run
 * again, it gives the same result.
 *
 * @param options See {@link SearchOptions}.
 */
export async function searchStages(
  options: SearchOptions,
): Promise<SearchResult> {
  const { plan, evaluator, inheritance, onStage, onSearched } = options;
  const begun: BegunStage[] = [];
  let from: Origins | undefined = {
    base: options.teacher,
    ...(inheritance === undefined ? {} : { weights: inheritance.teacher }),
  };
  for (const kind of plan.stages) {
    if (from === undefined) break;
    const start = startOf(options, from);
    onStage?.(kind, from.base, start);
    const stage = await search(options, { kind, base: from.base, start });
    onSearched?.(kind);
    const finals = finalsOf({
      ...options,
      purpose: [kind],
      ...(start !== undefined && inheritance!.finals ? { start } : {}),
      // Of the last stage nothing is inherited.
      needsWeights: inheritance !== undefined && kind !== plan.stages.at(-1),
    }, stage.candidates);
    begun.push({ kind, base: from.base, start, stage, finals });
    from = originsOf(options, await finals.chosen());
  }
  // Side by side: each is one thread's work.
  const winners = await Promise.all(
    begun.map(({ finals }) => finals.winner()),
  );
  const requests = begun.flatMap(({ stage, finals, ...given }) => [
    ...stage.trained.map((student) =>
      studentRequest(student, trainingOf(options, given))
    ),
    ...finals.requests(),
  ]);
  // A student of two stages that are trained alike is one training.
  const distinct = new Map(
    requests.map((request) => {
      const { network, recipe, data, start = null } = request;
      const key = canonicalJson([networkId(network), recipe, data, start]);
      return [key, request];
    }),
  );
  return {
    workerSeconds: [...distinct.values()].reduce(
      (sum, request) => sum + evaluator.seconds(request),
      0,
    ),
    stages: begun.map(({ kind, base, stage, finals }, i) => ({
      kind,
      base,
      space: stage.space,
      records: stage.records,
      rungs: finals.rungs(),
      finals: finals.trained(),
      learned: stage.learned,
      ...(winners[i] === undefined ? {} : { winner: winners[i] }),
    })),
  };
}

/** A network that a stage starts from. */
interface Origins {
  readonly base: Network;
  /** Its trained weights, where students inherit them. */
  readonly weights?: Uint8Array;
}

/** A stage, and where its students start. */
interface GivenStage {
  readonly kind: PolicyKind;
  readonly base: Network;
  readonly start: StartOf | undefined;
}

/** A stage whose search is over. */
interface BegunStage extends GivenStage {
  readonly stage: SearchedStage;
  readonly finals: Finals;
}

/** What the next stage starts from. */
function originsOf(
  { inheritance, evaluator }: SearchOptions,
  chosen: Candidate | TrainedCandidate | undefined,
): Origins | undefined {
  if (chosen === undefined) return undefined;
  const base = chosen.network;
  // Of the last stage, from which nothing starts, there may be no weights.
  if (inheritance === undefined || !("request" in chosen)) return { base };
  return { base, weights: evaluator.weights(chosen.request) };
}

/** Where students of a network start; undefined for fresh weights. */
function startOf(
  { inheritance }: SearchOptions,
  { base, weights }: Origins,
): StartOf | undefined {
  if (inheritance === undefined || weights === undefined) return undefined;
  return startsFrom(inheritance, { base, weights });
}

/** A stage with what it decided on and what was learned. */
interface SearchedStage extends StageResult {
  readonly space: ActionSpace;
  readonly learned: StrategyState;
}

async function search(
  options: SearchOptions,
  given: GivenStage,
): Promise<SearchedStage> {
  const { kind, base, start } = given;
  const { plan, onIteration, onRecord, throwIfInterrupted } = options;
  const space = stageSpace(plan, kind, base);
  if (space.bits === 0) {
    // Nothing is free: the stage is over before it begins.
    const learned = { json: {}, blobs: {} };
    return { space, learned, records: [], candidates: [], trained: [] };
  }
  const strategy = stageStrategy(plan, space);
  const training = trainingOf(options, given);
  let learned: StrategyState | undefined;
  const result = await runStage({
    space,
    strategy: {
      ...strategy,
      dispose() {
        learned = strategy.state();
        strategy.dispose();
      },
    },
    objective: options.objective,
    ...(options.sizesOf === undefined ? {} : { sizesOf: options.sizesOf }),
    length: plan.config[kind],
    evaluate: (student) =>
      options.evaluator.evaluate(studentRequest(student, training)),
    identify: (student) => studentIdentity(student, start),
    journal: storeJournal(options.store, `${options.run}/${kind}`),
    ...(onIteration === undefined ? {} : {
      onIteration: (record) => onIteration(kind, record),
    }),
    ...(onRecord === undefined ? {} : {
      onRecord: (record) => onRecord(kind, record),
    }),
    ...(throwIfInterrupted === undefined ? {} : { throwIfInterrupted }),
  });
  return { ...result, space, learned: learned! };
}

/** How a stage's candidates are trained. */
function trainingOf(
  { students, searchData, studentSeed, engine }: SearchOptions,
  { kind, start }: Pick<GivenStage, "kind" | "start">,
): StudentTraining {
  return {
    recipe: students[kind],
    data: searchData,
    seed: studentSeed,
    engine,
    start,
  };
}
