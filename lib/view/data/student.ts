/**
 * A student, opened: its layers, its trainings, who shares them.
 *
 * @module
 */

import { activationBytes, describe, type Network } from "../../network/mod.ts";
import {
  type Evaluation,
  evaluationKey,
  type EvaluationRequest,
  startsFrom,
  type Student,
  studentRequest,
} from "../../search/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { FinalContent, TrainingNote } from "../../lab/mod.ts";
import type { SharedTraining, StudentView, TrainingView } from "../model.ts";
import type { Placed } from "./course.ts";
import type { KnownRun, KnownStage } from "./known.ts";
import { rowsLeft } from "./layers.ts";
import type { KnownProposal, NamedRun, Proposals } from "./proposals.ts";
import type { Spaces } from "./spaces.ts";

/** Where a student is found. */
export interface StudentPlace {
  /** Place of its stage, from 0. */
  readonly stage: number;
  /** Its place among the stage's proposals, from 0. */
  readonly student: number;
}

/** What a student is opened with. */
export interface OpenStudentOptions {
  /** Which. */
  readonly place: StudentPlace;
  /** Makes students of their actions. */
  readonly spaces: Spaces;
  /** Those of all runs that may share its training, its own among them. */
  readonly proposals: Proposals;
  /** The run store, where there is one. */
  readonly store: Store | undefined;
}

/** Opens a student; undefined where the proposal gave none. */
export function openStudent(
  { id, run }: NamedRun,
  { place, spaces, proposals, store }: OpenStudentOptions,
): StudentView | undefined {
  const stage = run.stages[place.stage];
  const placed = stage && proposals.placed(stage)[place.student];
  if (stage === undefined || placed?.proposal.networkId === undefined) {
    return undefined;
  }
  const { networkId, actions } = placed.proposal;
  const student = spaces.apply(run, stage, actions);
  if (student === undefined) return undefined;
  const teacher = run.teacher!.network;
  const key = searchKey(run, stage, student);
  const shared = sharedTrainings(
    proposals.of(networkId).filter((other) => {
      // Without what was noted, a stage's equal networks are all that is known.
      if (key === undefined) return other.id === id && other.stage === stage;
      const { actions } = other.proposal;
      const made = spaces.apply(other.run, other.stage, actions);
      return made !== undefined &&
        searchKey(other.run, other.stage, made) === key;
    }),
  );
  return {
    left: rowsLeft(teacher, {
      network: student.network,
      leaves: inTeacher(run, { stage: place.stage, spaces }, student),
    }),
    text: describe(student.network),
    bytes: activationBytes(student.network),
    trainings: trainingsOf(run, stage, { student, networkId, placed, store }),
    shared,
  };
}

/** Leaves of a stage's student as leaves of the teacher, through the stages before. */
function inTeacher(
  run: KnownRun,
  { stage, spaces }: { readonly stage: number; readonly spaces: Spaces },
  { origin }: Student,
): readonly number[] {
  let found = origin.leaves;
  for (let index = stage; index > 0; index--) {
    const before = run.stages[index - 1]!;
    const under = spaces.originOf(run, before, run.stages[index]!.base);
    // The stage before passed its own base on.
    if (under === undefined) continue;
    found = found.map((leaf) => under.leaves[leaf]!);
  }
  return found;
}

/** Key of the training that scored a student, where it is known how that was. */
function searchKey(
  run: KnownRun,
  { base, trainings }: KnownStage,
  student: Student,
): string | undefined {
  return trainings === undefined
    ? undefined
    : keyOf(run, trainings.training, { base, student });
}

function keyOf(
  { identity }: KnownRun,
  { start, ...training }: TrainingNote,
  { base, student }: { readonly base: Network; readonly student: Student },
): string {
  const { engine } = identity!;
  const request: EvaluationRequest = studentRequest(student, {
    ...training,
    engine: engine.name,
    start: start === undefined ? undefined : startsFrom({
      importance: start.importance,
      observe: start.observe ?? 0,
      register: () => start.weights,
    }, { base, weights: new Uint8Array() }),
  });
  return evaluationKey(request, engine);
}

/** What the store remembers of a training. */
interface Remembered {
  readonly evaluation: Evaluation;
  readonly seconds: number;
}

function trainingsOf(
  run: KnownRun,
  stage: KnownStage,
  { student, networkId, placed: { proposal }, store }: {
    readonly student: Student;
    readonly networkId: string;
    readonly placed: Placed;
    readonly store: Store | undefined;
  },
): readonly TrainingView[] {
  const { base, trainings, finals } = stage;
  if (trainings !== undefined) {
    const notes = [trainings.training, ...trainings.finals];
    return notes.flatMap((note, index) => {
      const text = store?.getEvaluation(keyOf(run, note, { base, student }));
      if (text === undefined) return [];
      const { evaluation, seconds } = JSON.parse(text) as Remembered;
      return [{
        ...measured(evaluation),
        name: nameOf(index, notes.length),
        epochs: note.recipe.epochs,
        seconds,
        isInherited: note.start !== undefined,
      }];
    });
  }
  const { student: { epochs, start }, final } = run.identity!.config;
  const search: TrainingView = {
    name: nameOf(0, 1),
    epochs: proposal.epochs || epochs,
    ...(proposal.failure === undefined
      ? { accuracy: proposal.accuracy! }
      : { failure: proposal.failure }),
    isInherited: start === "inherited",
  };
  const longer = finals.flatMap((round, index) =>
    round.filter((each) => each.networkId === networkId).map((each) => ({
      ...recordedFinal(each),
      name: nameOf(index + 1, finals.length + 1),
      isInherited: final.start === "inherited",
    }))
  );
  return [search, ...longer];
}

function recordedFinal(
  { epochs, validation, failure }: FinalContent,
): Pick<TrainingView, "epochs" | "accuracy" | "failure"> {
  return failure === undefined
    ? { epochs, accuracy: validation }
    : { epochs, failure };
}

function measured(
  { accuracy, losses, validations, failure }: Evaluation,
): Pick<TrainingView, "losses" | "validations" | "accuracy" | "failure"> {
  return {
    losses,
    ...(validations === undefined ? {} : { validations }),
    ...(failure === undefined
      ? { accuracy }
      : { failure: `${failure.reason} at step ${failure.step}` }),
  };
}

/** Of the trainings of a stage's students, the first scores, the last is the end. */
function nameOf(index: number, count: number): string {
  if (index === 0) return "search";
  return index === count - 1 ? "final" : `rung ${index}`;
}

/** Proposals of the same training, stage by stage. */
function sharedTrainings(
  same: readonly KnownProposal[],
): readonly SharedTraining[] {
  const stages = Map.groupBy(same, ({ id, index }) => `${index} ${id}`);
  return [...stages.values()].map((all) => {
    const { id, index, iteration, student } = all[0]!;
    return { run: id, stage: index, iteration, student, times: all.length };
  });
}
