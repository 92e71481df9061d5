/**
 * One compression: the search, the final trainings, the test scores.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import {
  type Inheritance,
  type Latency,
  type SearchResult,
  searchStages,
} from "../../search/mod.ts";
import type { CellLab, CellResult } from "../cells/experiment.ts";
import { learnedPolicy } from "../cells/policies.ts";
import { finalPart, foreseeStage } from "../forecast/forecast.ts";
import type { CompressionConfig } from "../options/compression.ts";
import {
  finalRecipe,
  finalRounds,
  rungRecipes,
  studentRecipes,
} from "../options/recipes.ts";
import { objectiveOf } from "../options/search_plan.ts";
import { registerWeights } from "../session/register_weights.ts";
import { rememberedIterations } from "../session/remembered.ts";
import { stageNote } from "../notes/stage_note.ts";
import {
  type CompressionContent,
  compressionContent,
  measureNetworks,
} from "./content.ts";
import { latencyOf, sizesBy } from "./latencies.ts";
import { weightsEnding, winnerWeights } from "./winner_weights.ts";

/**
 * How students inherit weights, if they do.
 *
 * @param lab Where they are trained.
 */
export function inheritanceOf(
  { cell: { config: { student, final } }, session, prepared }: CellLab<
    CompressionConfig
  >,
): { readonly inheritance?: Inheritance } {
  if (student.start === "fresh") return {};
  return {
    inheritance: {
      importance: student.importance,
      observe: student.observe,
      finals: final.start === "inherited",
      teacher: prepared.weights,
      register: registerWeights(session),
    },
  };
}

/** Searches, stage by stage, and shows how far it is. */
async function search(
  lab: CellLab<CompressionConfig>,
): Promise<SearchResult> {
  const { cell: { config }, session, prepared, forecast, remaining } = lab;
  const { plan } = forecast;
  const sizesOf = sizesBy(latencyOf(config, session));
  const phases = Object.fromEntries(plan.stages.map((kind) => [
    kind,
    lab.phase(kind, {
      total: plan.config[kind].iterations,
      unit: "iterations",
    }),
  ]));
  const rungs = rungRecipes(config);
  const stageEpochs = finalRounds(config).reduce(
    (sum, { students, recipe }) => sum + students * recipe.epochs,
    0,
  );
  const final = lab.phase("final", {
    // The winners of all stages train side by side: their epochs are counted
    // together.
    total: plan.stages.length * stageEpochs,
    unit: "epochs",
  });
  let finalEpochs = 0;
  const isRemembered = rememberedIterations(session.evaluator);
  const winners: Network[] = [];
  return await searchStages({
    run: lab.runId,
    store: session.store,
    evaluator: session.evaluator,
    teacher: prepared.network,
    objective: objectiveOf(config, {
      sizes: await sizesOf(prepared.network),
      accuracy: prepared.reference.accuracy,
    }),
    sizesOf,
    plan,
    engine: session.engine.name,
    studentSeed: config.student.seed,
    students: studentRecipes(config),
    searchData: prepared.searchData.id,
    rungs,
    final: finalRecipe(config),
    ...inheritanceOf(lab),
    finalData: prepared.finalData.id,
    finalists: config.finalists,
    onStage(kind, base, start) {
      phases[kind]!.begin();
      lab.noteStage(stageNote(lab, { kind, base, start }));
      if (base === prepared.network) return;
      // Stages before it may have ended early, by their budget.
      for (const before of plan.stages.slice(0, plan.stages.indexOf(kind))) {
        remaining.reach(before, 1, 1);
      }
      // The network that the stage before found is known better now.
      winners.push(base);
      const { part, winner } = foreseeStage(forecast, kind, base);
      remaining.replace(part);
      remaining.replace(finalPart(forecast, [...winners, winner]));
    },
    onIteration(kind, record) {
      const { iteration, proposals } = record;
      const best = Math.max(...proposals.map(({ reward }) => reward));
      phases[kind]!.reach(iteration + 1, `best reward ${best.toFixed(3)}`, {
        remembered: isRemembered(record),
      });
    },
    onSearched(kind) {
      // Rungs come at the end of each stage.
      if (kind === plan.stages.at(-1) || rungs.length > 0) final.begin();
    },
    onRecord: (kind, record) => lab.log.part(kind).iteration(record),
    onFinalEpochs(epochs, known) {
      finalEpochs += epochs;
      final.reach(finalEpochs, undefined, known);
    },
    throwIfInterrupted: session.throwIfInterrupted,
  });
}

/** Latencies of the teacher and the winners, where they are limited. */
async function latenciesOf(
  { cell: { config }, session, prepared }: CellLab<CompressionConfig>,
  { stages }: SearchResult,
): Promise<ReadonlyMap<Network, Latency>> {
  const measure = latencyOf(config, session);
  const latencies = new Map<Network, Latency>();
  const winners = stages.flatMap(({ winner }) => winner?.network ?? []);
  for (const network of [prepared.network, ...winners]) {
    const latency = await measure(network);
    if (latency !== undefined) latencies.set(network, latency);
  }
  return latencies;
}

/** Policies and the winners' weights: files that take their place beside a record. */
async function artefactsOf(
  { session, prepared: { finalData }, identity }: CellLab<CompressionConfig>,
  { stages }: SearchResult,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const artefacts = new Map<string, Uint8Array>();
  for (const stage of stages) {
    const { kind, winner } = stage;
    const policy = learnedPolicy(stage);
    if (policy !== undefined) artefacts.set(`.${kind}.policy`, policy.bytes);
    if (winner === undefined) continue;
    const about = { winner, data: finalData, identity };
    artefacts.set(weightsEnding(kind), await winnerWeights(session, about));
  }
  return artefacts;
}

/**
 * Runs a compression from its teacher to its test scores: what a cell of most
 * experiments is. Stopped anywhere and run again, it gives the same content.
 *
 * @param lab Where it is run.
 */
export async function runCompression(
  lab: CellLab<CompressionConfig>,
): Promise<CellResult<CompressionContent>> {
  const { session, subject: { dataSet }, prepared, remaining } = lab;
  const result = await search(lab);
  remaining.reach("final", 1, 0);
  for (const kind of lab.forecast.plan.stages) remaining.reach(kind, 1, 1);
  const tested = await measureNetworks(session, {
    dataSet,
    prepared,
    stages: result.stages,
  });
  remaining.reach("test", 1, 0);
  const missing = lab.forecast.plan.stages.find((kind) =>
    result.stages.every((stage) =>
      stage.kind !== kind || stage.winner === undefined
    )
  );
  const failure = missing === undefined
    ? undefined
    : whyWithoutWinner(missing, { config: lab.identity.config, result });
  return {
    content: compressionContent({
      identity: lab.identity,
      prepared,
      result,
      tested,
      latencies: await latenciesOf(lab, result),
    }),
    workerSeconds: session.evaluator.seconds(prepared.request) +
      result.workerSeconds,
    artefacts: await artefactsOf(lab, result),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Why a stage has no winner, for people. */
function whyWithoutWinner(
  kind: PolicyKind,
  { config, result: { stages } }: {
    readonly config: CompressionConfig;
    readonly result: SearchResult;
  },
): string {
  const begun = stages.filter((stage) => stage.kind === kind);
  if (begun.length > 0 && begun.every(({ space }) => space.bits === 0)) {
    const rigid = `has at most ${config.shrink.minChannels} channels`;
    return `stage ${kind} had nothing to decide: ${
      kind === "removal"
        ? "no layer can be removed"
        : `every layer that could shrink ${rigid}, the fewest that --shrink.minChannels leaves`
    }`;
  }
  return begun.some(({ rungs, finals }) => [...rungs, finals].flat().length > 0)
    ? `stage ${kind} has no winner: every final training failed`
    : `stage ${kind} found no student: every proposal was rejected or failed`;
}
