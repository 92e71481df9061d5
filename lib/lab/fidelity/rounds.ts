/**
 * A trial on all students: what is asked for, and how it is run.
 *
 * @module
 */

import { leaves, networkId } from "../../network/mod.ts";
import {
  type Evaluation,
  type EvaluationRequest,
  startsFrom,
} from "../../search/mod.ts";
import type { CellLab } from "../cells/experiment.ts";
import type { CompressionConfig } from "../options/compression.ts";
import type { Phase } from "../session/phase.ts";
import { registerWeights } from "../session/register_weights.ts";
import type { SpreadStudent } from "./spread_students.ts";
import type { Trial } from "./trials.ts";

type Lab = CellLab<CompressionConfig>;

/** A trial's requests. */
export interface Round {
  /** The trial. */
  readonly trial: Trial;
  /** One a student. */
  readonly requests: readonly EvaluationRequest[];
}

/**
 * What is asked for in a trial.
 *
 * @param lab Where it is run.
 * @param trial The trial.
 * @param options.students Who goes through it.
 * @param options.validation Rows of the images that it is scored on.
 */
export function roundOf(
  lab: Lab,
  trial: Trial,
  { students, validation }: {
    readonly students: readonly SpreadStudent[];
    readonly validation: Uint32Array;
  },
): Round {
  const { cell: { config }, session, prepared } = lab;
  const { spec: { start, images, observe }, recipe } = trial;
  const data = prepared.derive({ trainImages: images, validation });
  const startOf = start === "fresh" ? undefined : startsFrom({
    importance: config.student.importance,
    observe,
    register: registerWeights(lab.session),
  }, { base: prepared.network, weights: prepared.weights });
  return {
    trial,
    requests: students.map(({ network, outcome }) => ({
      network,
      recipe,
      data: data.id,
      seed: config.student.seed,
      engine: session.engine.name,
      ...(startOf === undefined ? {} : { start: startOf(outcome) }),
    })),
  };
}

/**
 * Runs all rounds, whose trainings wait for the workers in their order, and shows
 * how far each is.
 *
 * @param lab Where they are run.
 * @param rounds The rounds.
 * @param options.keep The one whose weights are kept, if any.
 * @returns What came of each student, in the order of the requests.
 */
export async function runRounds(
  lab: Lab,
  rounds: readonly Round[],
  { keep }: { readonly keep?: Round } = {},
): Promise<ReadonlyMap<Round, readonly Evaluation[]>> {
  const begun = rounds.map((round) => {
    const { name, spec: { epochs } } = round.trial;
    return {
      round,
      phase: lab.phase(name, {
        total: round.requests.length * stepsOf(epochs),
        unit: epochs > 1 ? "epochs" : "students",
      }),
    };
  });
  begun[0]?.phase.begin();
  const found = await Promise.all(begun.map(async (each, i) => {
    const evaluations = await runRound(lab, {
      ...each,
      keepsWeights: each.round === keep,
    });
    begun[i + 1]?.phase.begin();
    return [each.round, evaluations] as const;
  }));
  return new Map(found);
}

/** Steps on the progress line that a student is: its epochs, where it has several. */
function stepsOf(epochs: number): number {
  return Math.max(1, epochs);
}

async function runRound(
  { session: { evaluator } }: Lab,
  { round: { trial, requests }, phase, keepsWeights }: {
    readonly round: Round;
    readonly phase: Phase;
    readonly keepsWeights: boolean;
  },
): Promise<readonly Evaluation[]> {
  const { epochs } = trial.spec;
  const steps = stepsOf(epochs);
  const isKnown = requests.map((request) => evaluator.seconds(request) > 0);
  const done = isKnown.map((known) => known ? steps : 0);
  const show = () => {
    const all = done.reduce((sum, each) => sum + each, 0);
    if (all > 0) phase.reach(all);
  };
  // At once: those of an earlier command say nothing of the speed.
  show();
  return await Promise.all(requests.map(async (request, i) => {
    const evaluation = await evaluator.evaluate(request, {
      ...(keepsWeights ? { weights: true } : {}),
      checkpoints: epochs > 1,
      // One epoch has no course.
      purpose: epochs > 1
        ? [trial.name, networkId(request.network).slice(0, 8)]
        : [],
      onEpoch(reached) {
        done[i] = reached;
        show();
      },
    });
    if (!isKnown[i]) {
      done[i] = steps;
      show();
    }
    return evaluation;
  }));
}

/** A trained student on other images. */
export interface OtherScore {
  /** In [0, 1]; 0 for a failed training. */
  readonly accuracy: number;
  /** Seconds that a thread was busy for it. */
  readonly seconds: number;
}

/**
 * Scores a round's trained students on other images: an evaluation of weights that
 * are inherited whole and not trained, so that workers do it and it is remembered
 * like any other.
 *
 * @param lab Where they are run.
 * @param round A round whose weights are kept.
 * @param options.evaluations What came of it.
 * @param options.validation Rows of the images.
 * @returns In the order of the requests.
 */
export async function scoreAgain(
  lab: Lab,
  { requests }: Round,
  { evaluations, validation }: {
    readonly evaluations: readonly Evaluation[];
    readonly validation: Uint32Array;
  },
): Promise<readonly OtherScore[]> {
  const { cell: { config }, session: { evaluator }, prepared } = lab;
  const data = prepared.derive({ trainImages: 0, validation });
  const register = registerWeights(lab.session);
  const { importance } = config.student;
  return await Promise.all(requests.map(async (request, i) => {
    if (evaluations[i]!.failure !== undefined) {
      return { accuracy: 0, seconds: 0 };
    }
    const { network, recipe } = request;
    const startOf = startsFrom(
      { importance, observe: 0, register },
      { base: network, weights: evaluator.weights(request) },
    );
    const origin = { leaves: leaves(network).map((_, leaf) => leaf) };
    const other = {
      ...request,
      recipe: { ...recipe, epochs: 0 },
      data: data.id,
      start: startOf({ network, origin }),
    };
    const { accuracy } = await evaluator.evaluate(other);
    return { accuracy, seconds: evaluator.seconds(other) };
  }));
}
