/**
 * What runs say of themselves in the store.
 *
 * @module
 */

import {
  type CompressionConfig,
  type Identity,
  type LiveNote,
  noteKey,
  type PlanNote,
  type RunNote,
  runOfSearch,
  searchPlanOf,
  type StageNote,
  stagesOf,
  type TeacherNote,
} from "../../lab/mod.ts";
import type { IterationRecord } from "../../search/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { KnownRun, KnownStage } from "./known.ts";

/** A command's plan, and whose it is. */
export interface KnownPlan extends PlanNote {
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
}

/** Every command that was begun, the last of each profile. */
export function plansIn(store: Store): readonly KnownPlan[] {
  return store.runs("plan/").flatMap((key) => {
    const note = noteAt<PlanNote>(store, key);
    const [, question = "", profile = ""] = key.split("/");
    return note === undefined ? [] : [{ ...note, question, profile }];
  });
}

/**
 * Every run that noted what it is, without its course; of one that has several
 * searches each of these, too.
 */
export function runsIn(store: Store): readonly KnownRun[] {
  const prefix = "about/";
  return store.runs(prefix).flatMap((key) => {
    const runId = key.slice(prefix.length);
    const ofSearch = runOfSearch(runId);
    // Stages and teachers are noted below it.
    if (ofSearch === undefined && runId.split("/").length !== 2) return [];
    const about = noteAt<RunNote>(store, key);
    if (about === undefined) return [];
    const { search, ...rest } = about;
    const identity = about.identity as Identity<CompressionConfig>;
    const { config, seed } = identity;
    const live = noteAt<LiveNote>(store, noteKey.live(ofSearch ?? runId));
    const stages = search?.stages ?? stagesOf(config.stages);
    const done = stages.map((kind) =>
      store.getCheckpoint(noteKey.stage(runId, kind)) === undefined
        ? "-"
        : store.historyLength(`${runId}/${kind}`)
    );
    const planned = searchPlanOf(config, { seed }).config;
    return [{
      ...rest,
      identity,
      runId,
      isRecorded: false,
      stages: [],
      revision: done.join(" "),
      ...(search === undefined ? live === undefined ? {} : { live } : {
        search: {
          name: search.name,
          isWhole: stages.every((kind, index) =>
            done[index] === planned[kind].iterations
          ),
          ...(live === undefined ? {} : { cellLive: live }),
        },
      }),
    }];
  });
}

/**
 * A run with its course so far.
 *
 * @param store The run store.
 * @param run The run, as {@link runsIn} gives it.
 */
export function withCourse(store: Store, run: KnownRun): KnownRun {
  const { runId, identity } = run;
  if (runId === undefined || identity === undefined) return run;
  const teacher = noteAt<TeacherNote>(store, noteKey.teacher(runId));
  const { search } = noteAt<RunNote>(store, noteKey.run(runId)) ?? {};
  const kinds = search?.stages ?? stagesOf(identity.config.stages);
  const stages = kinds.flatMap((kind) => {
    const note = noteAt<StageNote>(store, noteKey.stage(runId, kind));
    if (note === undefined) return [];
    const { base, training, finals } = note;
    const records = store.history(`${runId}/${kind}`).map(({ json }) =>
      JSON.parse(json) as IterationRecord
    );
    const stage: KnownStage = {
      kind,
      base,
      records,
      trainings: { training, finals },
      finals: [],
    };
    return [stage];
  });
  return { ...run, stages, ...(teacher === undefined ? {} : { teacher }) };
}

function noteAt<Note>(store: Store, key: string): Note | undefined {
  const checkpoint = store.getCheckpoint(key);
  return checkpoint === undefined
    ? undefined
    : JSON.parse(checkpoint.json) as Note;
}
