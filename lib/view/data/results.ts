import { runOfSearch, storePath } from "../../lab/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import type { RunCourse, RunSummary, StudentView } from "../model.ts";
import { courseOf } from "./course.ts";
import type { KnownRun } from "./known.ts";
import { indexProposals, type NamedRun, type Proposals } from "./proposals.ts";
import { recordReader } from "./records.ts";
import { createSpaces } from "./spaces.ts";
import { storeFile } from "./store_file.ts";
import { type KnownPlan, plansIn, runsIn, withCourse } from "./store_runs.ts";
import { openStudent, type StudentPlace } from "./student.ts";
import { isRunning, summarise } from "./summary.ts";

/** A results folder, looked at. */
export interface Results {
  /** Every cell that is known, newest state; those under way first. */
  summaries(): Promise<readonly RunSummary[]>;
  /** The course of one; undefined where it has none. */
  course(id: string): RunCourse | undefined;
  /** A student of one; undefined where there is none. */
  student(id: string, place: StudentPlace): StudentView | undefined;
  /** Why the store cannot be read, where that is so. */
  trouble(): string | undefined;
  /** Lets go of the store. */
  close(): void;
}

/** What {@link openResults} can be told. */
export interface ResultsOptions {
  /** Whether the run store is looked at; else the records alone. Default true. */
  readonly store?: boolean;
  /** Milliseconds since 1970; undefined where nothing is under way. */
  readonly nowMs?: () => number;
  /** Questions that are looked at; default all. */
  readonly questions?: readonly string[];
  /** The profile that is looked at; default all. */
  readonly profile?: string;
}

/**
 * Looks at a results folder: at its records, and at what runs note in its store.
 * Nothing is written; neither needs to be there.
 *
 * @param results The folder.
 * @param options Whether the store is looked at, and the time.
 */
export function openResults(
  results: string,
  { store: hasStore = true, nowMs, questions, profile }: ResultsOptions = {},
): Results {
  const records = recordReader(results);
  const file = storeFile(storePath(results));
  const spaces = createSpaces();
  const courses = new Map<string, KnownRun>();
  let known = new Map<string, KnownRun>();
  let indexed: Proposals | undefined;
  const store = () => hasStore ? file.current() : undefined;
  function loaded(id: string): NamedRun | undefined {
    const run = known.get(id);
    if (run === undefined) return undefined;
    const current = store();
    const isStored = current !== undefined && isNoted(run);
    return { id, run: isStored ? withStored(current, run) : run };
  }
  /** Records stay as they are until they are read again; a store goes on. */
  function proposalsOfAll(): Proposals {
    if (indexed !== undefined && store() === undefined) return indexed;
    const runs = [...known.keys()].flatMap((each) => loaded(each) ?? []);
    indexed = indexProposals(runs);
    return indexed;
  }
  return {
    async summaries() {
      const recorded = (await records.read()).filter((run) =>
        (questions?.includes(run.question) ?? true) &&
        (profile === undefined || run.profile === profile)
      );
      // Not before: another request may have had it closed meanwhile.
      const current = store();
      const stored = current === undefined ? [] : runsIn(current);
      const plans = current === undefined ? [] : plansIn(current);
      indexed = undefined;
      known = named(withPlanned(merged(recorded, stored), plans));
      const now = nowMs?.();
      const places = new Set(
        [...known.values()].filter((run) => isRunning(run, now)).map(placeOf),
      );
      return [...known].map(([id, run]) =>
        summarise(withNotedStages(current, run), {
          id,
          plan: plans.find((plan) => placeOf(plan) === placeOf(run)),
          isUnderWay: places.has(placeOf(run)),
          nowMs: now,
        })
      );
    },
    course(id) {
      const found = loaded(id);
      return found === undefined || found.run.stages.length === 0
        ? undefined
        : courseOf(found.run, { id, spaces });
    },
    student(id, place) {
      const found = loaded(id);
      if (found === undefined) return undefined;
      const proposals = proposalsOfAll();
      return openStudent(found, { place, spaces, proposals, store: store() });
    },
    trouble: () => file.trouble(),
    close: () => file.close(),
  };

  /** A run that is not recorded has its course in the store alone. */
  function withNotedStages(
    current: ReturnType<typeof store>,
    run: KnownRun,
  ): KnownRun {
    const isStored = current !== undefined && isNoted(run) &&
      run.stages.length === 0;
    return isStored ? withStored(current, run) : run;
  }

  function withStored(
    current: NonNullable<ReturnType<typeof store>>,
    run: KnownRun,
  ): KnownRun {
    const cached = courses.get(run.runId!);
    if (cached?.revision === run.revision) {
      return { ...run, stages: cached.stages, ...teacherOf(cached) };
    }
    const now = withCourse(current, run);
    // The record knows the winners, and what was trained to the end.
    const stages = now.stages.map((stage) => {
      const before = run.stages.find(({ kind }) => kind === stage.kind);
      return before === undefined ? stage : {
        ...stage,
        finals: before.finals,
        ...(before.winner === undefined ? {} : { winner: before.winner }),
      };
    });
    if (stages.length === 0) return run;
    const whole = { ...now, stages };
    courses.set(run.runId!, whole);
    return whole;
  }
}

/** Whether the store knows of its course. */
const isNoted = ({ live, search }: KnownRun) =>
  live !== undefined || search !== undefined;

function teacherOf({ teacher }: KnownRun): Pick<KnownRun, "teacher"> {
  return teacher === undefined ? {} : { teacher };
}

const placeOf = (
  { question, profile }: {
    readonly question: string;
    readonly profile: string;
  },
) => `${question}/${profile}`;

/**
 * One entry a run: its record with what the store has of it, and below it its
 * searches, where it has several.
 */
function merged(
  recorded: readonly KnownRun[],
  stored: readonly KnownRun[],
): readonly KnownRun[] {
  const cells = stored.filter(({ search }) => search === undefined);
  const searches = Map.groupBy(
    stored.filter(({ search }) => search !== undefined),
    ({ runId }) => runOfSearch(runId!),
  );
  const withSearches = (run: KnownRun, runId = run.runId) => {
    const below = searches.get(runId) ?? [];
    searches.delete(runId);
    return [run, ...below];
  };
  const rest = new Set(cells);
  const both = recorded.flatMap((run) => {
    const found = cells.findLast((each) =>
      rest.has(each) && placeOf(each) === placeOf(run) &&
      each.cell === run.cell && isOf(run, each)
    );
    if (found === undefined) return [run];
    rest.delete(found);
    const revision = `${run.revision} ${found.revision}`;
    return withSearches({ ...found, ...run, revision }, found.runId);
  });
  return [...both, ...[...rest].flatMap((run) => withSearches(run))];
}

/**
 * Whether a record is of a stored run. A cell without a record has no identity yet:
 * its name finds it; and a record may know more than the run did when it began.
 */
function isOf({ identity: whole }: KnownRun, { identity }: KnownRun): boolean {
  return whole === undefined ||
    canonicalJson({ ...whole, ...identity }) === canonicalJson(whole);
}

/** With cells of a command that nothing is known of yet. */
function withPlanned(
  runs: readonly KnownRun[],
  plans: readonly KnownPlan[],
): readonly KnownRun[] {
  const names = new Set(runs.map((run) => `${placeOf(run)}/${run.cell}`));
  const others = plans.flatMap((plan) =>
    plan.cells.filter(({ name }) => !names.has(`${placeOf(plan)}/${name}`))
      .map(({ name }): KnownRun => ({
        question: plan.question,
        profile: plan.profile,
        cell: name,
        isRecorded: false,
        stages: [],
        revision: "",
      }))
  );
  return [...runs, ...others];
}

/** Runs by their names on the page. */
function named(runs: readonly KnownRun[]): Map<string, KnownRun> {
  const found = new Map<string, KnownRun>();
  for (const run of runs) {
    const within = run.search === undefined ? "" : `/${run.search.name}`;
    const name = `${placeOf(run)}/${run.cell}${within}`;
    // The same cell with other options, of which only the store knows.
    const id = found.has(name)
      ? `${name}~${run.runId?.split("/")[1]?.slice(0, 6)}`
      : name;
    found.set(id, run);
  }
  return found;
}
