import { Interrupted, wallClock } from "../../cli/mod.ts";
import type { PolicyKind } from "../../policy/mod.ts";
import type { Evaluator, IterationRecord } from "../../search/mod.ts";
import { InterruptedError } from "../../search/mod.ts";
import { type Store, StoreError } from "../../store/mod.ts";
import type { Remaining } from "../forecast/remaining.ts";
import type { Part } from "../forecast/forecast.ts";
import type { Phase, PhaseOptions } from "../session/phase.ts";
import { type CourseNote, courseNote } from "./course_note.ts";
import {
  BEAT_MS,
  type LiveNote,
  noteKey,
  type PlanNote,
  type RunNote,
  type SearchNote,
  searchRunId,
  type StageNote,
  type TeacherNote,
} from "./note.ts";

/** More often than that nobody looks. */
const PAUSE_MS = 1000;

/** What a run notes of itself. */
export interface RunNotes {
  /** Notes its teacher. */
  teacher(note: TeacherNote): void;
  /** Notes a stage that begins. */
  stage(note: StageNote): void;
  /** Notes a search of several; what it goes through is noted of it, not of the run. */
  search(note: SearchNote): SearchNotes;
  /** Notes how far a phase is, whenever that is told. */
  follow(phase: Phase, shown: Omit<PhaseOptions, "remaining">): Phase;
}

/** What a search within a run notes of itself. */
export interface SearchNotes {
  /** Name under which its progress is kept. */
  readonly runId: string;
  /** Notes a stage that begins. */
  stage(note: StageNote): void;
  /** Notes an iteration of a stage of which nothing else keeps a history. */
  iteration(kind: PolicyKind, record: IterationRecord): void;
}

/** What {@link withNotes} needs. */
export interface NotesOptions {
  /** Name under which the run's progress is kept. */
  readonly runId: string;
  /** What it is. */
  readonly about: RunNote;
  /** What was foreseen of it. */
  readonly parts: readonly Part[];
  /** How much longer it will take. */
  readonly remaining: Remaining;
  /** Who counts what its evaluations cost. */
  readonly evaluator: Pick<Evaluator, "cost">;
  /** Students trained at a time, now. */
  readonly workers: () => number;
}

/** Notes what a command sets out to do. */
export function notePlan(
  store: Store,
  { question, profile }: {
    readonly question: string;
    readonly profile: string;
  },
  plan: Omit<PlanNote, "startedMs">,
): void {
  keep(store, noteKey.plan(question, profile), {
    ...plan,
    startedMs: wallClock.epochMs(),
  });
}

/**
 * Does a run's work, and notes in the store what it is, how far it is, and how it
 * ended.
 *
 * @param store The run store.
 * @param options See {@link NotesOptions}.
 * @param work The work; what it returns has the reason of a failure, where it failed
 * without an error.
 */
export async function withNotes<T extends { readonly failure?: string }>(
  store: Store,
  options: NotesOptions,
  work: (notes: RunNotes) => Promise<T>,
): Promise<T> {
  const { runId, about, parts, remaining, evaluator, workers } = options;
  const startedMs = wallClock.epochMs();
  let phase: (() => LiveNote["phase"]) | undefined;
  let known: TeacherNote | undefined;
  let notedMs = -Infinity;
  function beat(end: Pick<LiveNote, "state" | "reason">): void {
    notedMs = wallClock.monotonicMs();
    const shown = end.state === "running" ? phase?.() : undefined;
    const note: LiveNote = {
      ...end,
      ...(shown === undefined ? {} : { phase: shown }),
      parts: parts.map(({ name, wallSeconds }) => ({ name, wallSeconds })),
      compared: remaining.compared(),
      ownSeconds: parts.reduce(
        (sum, { name }) => sum + remaining.seconds(name),
        0,
      ),
      seconds: remaining.seconds(),
      evaluations: { ...evaluator.cost },
      workers: workers(),
      startedMs,
      atMs: wallClock.epochMs(),
    };
    keep(store, noteKey.live(runId), note);
  }
  const running = () => beat({ state: "running" });
  keep(store, noteKey.run(runId), about);
  running();
  const timer = setInterval(running, BEAT_MS);
  try {
    const result = await work({
      teacher(note) {
        known = note;
        keep(store, noteKey.teacher(runId), note);
      },
      stage: (note) => keep(store, noteKey.stage(runId, note.kind), note),
      search({ arm, seed, config, teacher = known, ...search }) {
        const id = searchRunId(runId, search.name);
        const identity = {
          ...about.identity,
          ...{ arm, seed },
          ...config !== undefined && { config },
        };
        keep(store, noteKey.run(id), { ...about, identity, search });
        if (teacher !== undefined) keep(store, noteKey.teacher(id), teacher);
        const courses = new Map<PolicyKind, CourseNote>();
        return {
          runId: id,
          stage: (note) => keep(store, noteKey.stage(id, note.kind), note),
          iteration(kind, record) {
            const course = courses.get(kind) ??
              courseNote(store, `${id}/${kind}`);
            courses.set(kind, course);
            course(record);
          },
        };
      },
      follow(followed, { label, part, total, unit }) {
        let done = 0;
        const tell = () => {
          phase = () => ({
            label,
            done,
            total,
            unit,
            seconds: remaining.seconds(part),
          });
          if (wallClock.monotonicMs() - notedMs >= PAUSE_MS) running();
        };
        return {
          begin() {
            followed.begin();
            tell();
          },
          reach(steps, note, options) {
            followed.reach(steps, note, options);
            done = steps;
            tell();
          },
        };
      },
    });
    beat(
      result.failure === undefined
        ? { state: "done" }
        : { state: "failed", reason: result.failure },
    );
    return result;
  } catch (error) {
    const isInterrupted = error instanceof InterruptedError ||
      error instanceof Interrupted;
    beat(
      isInterrupted
        ? { state: "interrupted" }
        : { state: "failed", reason: (error as Error).message },
    );
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Keeps a note. Where the store cannot be written, the run's own next commit meets
 * the same trouble and tells it: a note is not what a run should end for.
 */
function keep(store: Store, key: string, note: unknown): void {
  try {
    store.putCheckpoint(key, {
      step: 0,
      json: JSON.stringify(note),
      blobs: {},
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}
