/**
 * How long a compression will take: its parts, from the machine's calibration
 * and from the students that its policies would propose unlearned.
 *
 * @module
 */

import { leaves, type Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import { studentSizes } from "../../reward/mod.ts";
import {
  type CostModel,
  type EvaluationSize,
  foreseeStudents,
  predictSeconds,
  type SearchPlan,
  secondsPerImage,
} from "../../search/mod.ts";
import type { Calibration } from "./calibration.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsLatency } from "../options/limits.ts";
import { objectiveOf } from "../options/search_plan.ts";
import type { StartName } from "../options/student.ts";
import {
  finalRounds,
  studentEpochsOf,
  teacherViews,
} from "../options/recipes.ts";

/** A part of a run. */
export interface Part {
  /** Which: "teacher", "logits", a kind of stage, "final", "test". */
  readonly name: string;
  /** Networks trained, at most. */
  readonly trainings: number;
  /** Their epochs together. */
  readonly epochs: number;
  /** Seconds that training threads are busy. */
  readonly workerSeconds: number;
  /** Seconds that pass. */
  readonly wallSeconds: number;
}

/** What a forecast is made from. */
export interface ForecastOptions {
  /** Speed of the machine. */
  readonly calibration: Calibration;
  /** Name of the cell's arm. */
  readonly arm: string;
  /** The run's options. */
  readonly config: CompressionConfig;
  /** How its search goes. */
  readonly plan: SearchPlan;
  /** The teacher. */
  readonly teacher: Network;
  /** Training images of the teacher and the final trainings. */
  readonly images: number;
  /** Whether the teacher comes trained, or a cell before trains it. */
  readonly taken: boolean;
  /** Whether another cell before it has prepared the teacher and its logits. */
  readonly isShared?: boolean;
  /** Images of the test split. */
  readonly testImages: number;
  /** Students trained at a time. */
  readonly workers: number;
}

/** Of long searches only so many iterations are looked at. */
const FORESEEN_ITERATIONS = 10;

/**
 * A policy that learns keeps more pools and fewer convolutions: after this many
 * updates its students need about half of what they needed at first, and the
 * winner about {@link WINNER_SHARE} of the teacher (seen in RQ1's records).
 */
const LEARNED_ITERATIONS = 18;
const LEARNED_SHARE = 0.5;
const WINNER_SHARE = 0.4;

/**
 * An iteration's sampling and update of the policy, in seconds a decision, of which
 * there are at most as many as leaves of the network: measured with TensorFlow.js on a server core. A few percent of a search,
 * so that it need not be measured anew, and a dry run repeats.
 */
export const POLICY_SECONDS = 0.006;

/**
 * Seconds for which nothing but the measurement of a student's latency runs:
 * compilation, warming up and the times themselves.
 */
const LATENCY_SECONDS = 0.25;

/** Seconds that pass when tasks are taken up in order by some workers. */
export function makespan(
  tasks: readonly number[],
  workers: number,
): number {
  const free = new Array<number>(workers).fill(0);
  for (const seconds of tasks) {
    const first = free.indexOf(Math.min(...free));
    free[first]! += seconds;
  }
  return Math.max(...free);
}

/**
 * Images on which a training that starts so estimates batch norm's statistics
 * anew: a forward pass each, as for validation.
 */
export function observedImages(
  start: StartName | undefined,
  { observe }: CompressionConfig["student"],
  images: number,
): number {
  return start === "inherited" ? Math.min(observe, images) : 0;
}

/** What one candidate's training is made of. */
export interface StudentSize extends EvaluationSize {
  /** Its passes over the images. */
  readonly epochs: number;
}

/**
 * Images that one candidate is trained and scored on.
 *
 * @param config The compression's options.
 * @param kind The stage that it is a candidate of.
 * @param images Training images that there are.
 */
export function studentSize(
  config: CompressionConfig,
  kind: PolicyKind,
  images: number,
): StudentSize {
  const { student, validation } = config;
  const epochs = studentEpochsOf(config, kind);
  const own = student.images || images;
  return {
    epochs,
    images: epochs * own,
    validation: (student.validationImages || validation) +
      observedImages(student.start, student, own),
  };
}

/** A search stage, and the student that may win it. */
export function foreseeStage(
  options: ForecastOptions,
  kind: PolicyKind,
  base: Network,
): { readonly part: Part; readonly winner: Network } {
  const { calibration, config, plan, workers, images } = options;
  const stage = plan.config[kind];
  const size = studentSize(config, kind, images);
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const looked = Math.min(stage.iterations, FORESEEN_ITERATIONS);
  const policySeconds = POLICY_SECONDS * leaves(base).length;
  const latencySeconds = limitsLatency(config)
    ? LATENCY_SECONDS * stage.rollouts
    : 0;
  const students = foreseeStudents(plan, { kind, base, iterations: looked })
    .map((iteration) =>
      iteration.flatMap((network) =>
        network === undefined
          ? []
          : [{ network, seconds: predictSeconds(cost, network, size) }]
      )
    );
  const { budget = Infinity } = stage;
  const fits = sizeLimit(options);
  let [workerSeconds, wallSeconds, spent] = [0, 0, 0];
  for (let iteration = 0; iteration < stage.iterations; iteration++) {
    if (spent >= budget) break;
    const times = students[iteration % looked]!
      .filter(({ network }) => fits(network, iteration))
      .map(({ seconds }) => seconds);
    const learned = kind === "removal" && plan.search === "reinforce"
      ? 1 - (1 - LEARNED_SHARE) * Math.min(1, iteration / LEARNED_ITERATIONS)
      : 1;
    workerSeconds += learned * times.reduce((sum, each) => sum + each, 0) +
      latencySeconds;
    wallSeconds += learned * makespan(times, workers) + policySeconds +
      latencySeconds;
    spent += times.length * size.epochs;
  }
  // The iteration that spends the rest of a budget may begin with an epoch left.
  const trainings = Math.min(
    stage.iterations * stage.rollouts,
    Math.ceil(budget / size.epochs) - 1 + stage.rollouts,
  );
  return {
    part: {
      name: kind,
      trainings,
      epochs: trainings * size.epochs,
      workerSeconds,
      wallSeconds,
    },
    winner: likelyWinner(options, kind, base, students.flat()),
  };
}

/**
 * Tells students whose size keeps to the limits of an iteration: the others are not
 * trained. How long a prediction takes is not known beforehand.
 */
function sizeLimit(
  { config, teacher }: ForecastOptions,
): (network: Network, iteration: number) => boolean {
  const { latencyMs: _, shares, ...limits } = config.limits;
  const { latency: __, ...others } = shares ?? {};
  const objective = objectiveOf(
    { ...config, limits: { ...limits, shares: others } },
    { sizes: studentSizes(teacher), accuracy: 1 },
  );
  return (network, iteration) =>
    objective.rejects(studentSizes(network), iteration) === undefined;
}

/** Of the students foreseen the one whose cost is nearest to a winner's. */
function likelyWinner(
  { plan, teacher, calibration }: ForecastOptions,
  kind: PolicyKind,
  base: Network,
  students: readonly { readonly network: Network }[],
): Network {
  if (students.length === 0) return base;
  const costOf = (network: Network) =>
    secondsPerImage(calibration.alone.training, network);
  const costs = students.map(({ network }) => costOf(network));
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const learned = Math.min(
    1,
    plan.config[kind].iterations / LEARNED_ITERATIONS,
  );
  const wanted = kind === "removal"
    ? (1 - learned) * mean + learned * WINNER_SHARE * costOf(teacher)
    : mean;
  const distances = costs.map((cost) => Math.abs(cost - wanted));
  return students[distances.indexOf(Math.min(...distances))]!.network;
}

/** The training of the teacher, validated after each epoch. */
function teacherPart(
  { calibration, config, teacher, images, taken }: ForecastOptions,
): Part {
  const epochs = taken ? 0 : config.teacher.epochs;
  const seconds = taken ? 0 : predictSeconds(calibration.alone, teacher, {
    images: epochs * images,
    validation: epochs * config.validation,
  });
  return {
    name: "teacher",
    trainings: taken ? 0 : 1,
    epochs,
    workerSeconds: seconds,
    wallSeconds: seconds,
  };
}

/** Images that the teacher looks at for its students, each view of one counted. */
export function countForwards(
  { config, images }: Pick<ForecastOptions, "config" | "images">,
): number {
  return images * teacherViews(config);
}

/** The teacher's look at the images of its students, shared by all workers. */
function logitsPart(options: ForecastOptions): Part {
  const { calibration, teacher, workers } = options;
  const cost = workers === 1 ? calibration.alone : calibration.together;
  const looking = countForwards(options) *
    secondsPerImage(cost.prediction, teacher);
  // Each worker makes the program for itself.
  return {
    name: "logits",
    trainings: 0,
    epochs: 0,
    workerSeconds: workers * cost.compile + looking,
    wallSeconds: cost.compile + looking / workers,
  };
}

/**
 * What comes before the first student: the teacher, and its look at their images.
 *
 * @param options What is known of run and machine.
 * @returns Nothing where another cell has done it.
 */
export function preparationParts(options: ForecastOptions): readonly Part[] {
  return options.isShared ? [] : [teacherPart(options), logitsPart(options)];
}

/**
 * The final trainings of all stages' best candidates, and the rungs before them:
 * as every one of a stage's candidates costs what its winner does.
 *
 * @param options What is known of run and machine.
 * @param winners Each stage's.
 */
export function finalPart(
  { calibration, config, images, workers }: ForecastOptions,
  winners: readonly Network[],
): Part {
  const { final: { start }, student, finalists } = config;
  const validation = config.validation + observedImages(start, student, images);
  const cost: CostModel = workers === 1
    ? calibration.alone
    : calibration.together;
  const rounds = finalRounds(config).map((
    { students, recipe: { epochs } },
  ) => ({
    trainings: winners.length * students,
    epochs: winners.length * students * epochs,
    // A list a winner.
    times: winners.map((network) =>
      new Array<number>(students).fill(predictSeconds(cost, network, {
        images: epochs * images,
        validation,
      }))
    ),
  }));
  const sum = (values: readonly number[]) =>
    values.reduce((all, each) => all + each, 0);
  // Which finalist is the best, or what its weights are, is known at the end.
  const isAwaited = finalists > 1 ||
    student.start === "inherited" && rounds.length === 1;
  return {
    name: "final",
    trainings: sum(rounds.map(({ trainings }) => trainings)),
    epochs: sum(rounds.map(({ epochs }) => epochs)),
    workerSeconds: sum(rounds.flatMap(({ times }) => times.flat())),
    // A rung waits for the one before it, and the next stage for all of them. The
    // last trainings of all stages are side by side, but where the next stage needs
    // one of them first.
    wallSeconds: sum(
      [
        ...rounds.slice(0, -1).flatMap(({ times }) => times),
        ...(isAwaited ? rounds.at(-1)!.times : [rounds.at(-1)!.times.flat()]),
      ].map((times) => makespan(times, workers)),
    ),
  };
}

/**
 * The scoring of teacher and winners on the test images.
 *
 * @param options What is known of run and machine.
 * @param winners Each network that is tested beside the teacher.
 */
export function testPart(
  { calibration, teacher, testImages }: ForecastOptions,
  winners: readonly Network[],
): Part {
  const seconds = [teacher, ...winners].reduce(
    (sum, network) =>
      sum + predictSeconds(calibration.alone, network, {
        images: 0,
        validation: testImages,
      }),
    0,
  );
  return {
    name: "test",
    trainings: 0,
    epochs: 0,
    workerSeconds: seconds,
    wallSeconds: seconds,
  };
}

/** All parts of a run of which nothing is known yet, in order. */
export function foreseeRun(options: ForecastOptions): readonly Part[] {
  const stages: Part[] = [];
  const winners: Network[] = [];
  for (const kind of options.plan.stages) {
    const base = winners.at(-1) ?? options.teacher;
    const { part, winner } = foreseeStage(options, kind, base);
    stages.push(part);
    winners.push(winner);
  }
  return [
    ...preparationParts(options),
    ...stages,
    finalPart(options, winners),
    testPart(options, winners),
  ];
}
