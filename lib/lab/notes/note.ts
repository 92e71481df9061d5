/**
 * What runs note of themselves in the store, beside what they need to go on: for
 * whoever looks on. No result depends on it, and no record holds it.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { EvaluationRequest, Evaluator, Start } from "../../search/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import type { Identity } from "../cells/identity.ts";
import type { Part } from "../forecast/forecast.ts";
import type { CompressionConfig } from "../options/compression.ts";

/** What a command set out to do, cell by cell. */
export interface PlanNote {
  /** The command line, for people. */
  readonly command: string;
  /** When, in milliseconds since 1970. */
  readonly startedMs: number;
  /** Students trained at a time. */
  readonly workers: number;
  /** Its cells in their order, with what was foreseen of them. */
  readonly cells: readonly {
    /** Name of the cell. */
    readonly name: string;
    /** Its arm. */
    readonly arm: string;
    /** Seed of its search. */
    readonly seed: number;
    /** Part by part. */
    readonly parts: readonly Part[];
  }[];
}

/** What a run is. */
export interface RunNote {
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** Name of the cell. */
  readonly cell: string;
  /** All that its outcome depends on. */
  readonly identity: Identity;
  /** The command line that began it, or that went on with it last. */
  readonly command: string;
  /** Which of the searches within a run it is, where that has several. */
  readonly search?: {
    /** Its name within the run. */
    readonly name: string;
    /** Its stages, in their order. */
    readonly stages: readonly PolicyKind[];
  };
}

/** What tells the searches of a run apart. */
export interface SearchNote extends NonNullable<RunNote["search"]> {
  /** What is compared with others. */
  readonly arm: string;
  /** Its own seed. */
  readonly seed: number;
  /** Its options, where they are not the run's. */
  readonly config?: CompressionConfig;
  /** Its teacher, where that is not the run's. */
  readonly teacher?: TeacherNote;
}

/** Its teacher, once there is one. */
export interface TeacherNote {
  /** The network. */
  readonly network: Network;
  /** Its accuracy on the images that score candidates, in [0, 1]. */
  readonly accuracy: number;
  /** Where the store has its weights; left out where it was not trained here. */
  readonly weights?: string;
}

/** A stage of it, once it has begun. */
export interface StageNote {
  /** Which. */
  readonly kind: PolicyKind;
  /** Its place among the stages, from 0. */
  readonly index: number;
  /** The network that it starts from. */
  readonly base: Network;
  /** How its candidates are trained: what is asked for of each. */
  readonly training: TrainingNote;
  /** How the best of them are trained further, each rung and then the end. */
  readonly finals: readonly TrainingNote[];
}

/** How a student is trained: with its network, a request. */
export interface TrainingNote extends Pick<EvaluationRequest, "data" | "seed"> {
  /** How. */
  readonly recipe: Recipe;
  /** Where it starts; left out for fresh weights. */
  readonly start?: Pick<Start, "weights" | "importance" | "observe">;
}

/** How a run is. */
export interface LiveNote {
  /** Whether it is under way, or how it ended. */
  readonly state: "running" | "done" | "failed" | "interrupted";
  /** Why it failed. */
  readonly reason?: string;
  /** What it does, where it does anything. */
  readonly phase?: {
    /** What is shown of it to people, for example "removal". */
    readonly label: string;
    /** Steps that are done. */
    readonly done: number;
    /** Steps in all. */
    readonly total: number;
    /** Name of a step in the plural. */
    readonly unit: string;
    /** Seconds that the phase will take from now. */
    readonly seconds: number;
  };
  /** What was foreseen of each part, in seconds that pass. */
  readonly parts: readonly Pick<Part, "name" | "wallSeconds">[];
  /** Seconds that the work of this command took, and was predicted to take. */
  readonly compared: readonly {
    /** Which part. */
    readonly part: string;
    /** How long it took so far. */
    readonly measured: number;
    /** How long the same work was predicted to take. */
    readonly expected: number;
  }[];
  /** Seconds that the run will take from now. */
  readonly ownSeconds: number;
  /** The same with the cells behind it. */
  readonly seconds: number;
  /** What the evaluations of this command cost so far. */
  readonly evaluations: Evaluator["cost"];
  /** Students trained at a time. */
  readonly workers: number;
  /** When the command began with it, in milliseconds since 1970. */
  readonly startedMs: number;
  /** When this was noted: it is renewed every {@link BEAT_MS} while the run goes on. */
  readonly atMs: number;
}

/** How often a run says that it goes on. */
export const BEAT_MS = 5000;

/** Name under which the progress of a search within a run is kept. */
export function searchRunId(runId: string, search: string): string {
  return `${runId}/search/${search}`;
}

/** The run that a search is of; undefined for what {@link searchRunId} did not name. */
export function runOfSearch(id: string): string | undefined {
  return /^(.+)\/search\/[^/]+$/.exec(id)?.[1];
}

/** Names under which notes are kept. */
export const noteKey = {
  /** A {@link PlanNote}, by question and profile. */
  plan: (question: string, profile: string) => `plan/${question}/${profile}`,
  /** A {@link RunNote}. */
  run: (runId: string) => `about/${runId}`,
  /** A {@link TeacherNote}. */
  teacher: (runId: string) => `about/${runId}/teacher`,
  /** A {@link StageNote}. */
  stage: (runId: string, kind: PolicyKind) => `about/${runId}/stage/${kind}`,
  /** A {@link LiveNote}. */
  live: (runId: string) => `live/${runId}`,
};
