/**
 * One cell from its data to its files.
 *
 * @module
 */

import {
  emit,
  formatDuration,
  notify,
  type RunOptions,
  stopwatch,
} from "../../cli/mod.ts";
import {
  evaluationKey,
  type PreparedTeacher,
  weightsKey,
} from "../../search/mod.ts";
import { followRun, type Remaining } from "../forecast/remaining.ts";
import type { Whole } from "../forecast/whole.ts";
import { stagesOf } from "../options/stage_plans.ts";
import { searchPlanOf } from "../options/search_plan.ts";
import { phase } from "../session/phase.ts";
import type { Session } from "../session/session.ts";
import { withNotes } from "../notes/run_notes.ts";
import { noteRunCode, runCodeKey } from "../session/run_code.ts";
import { addWallTime, wallTimeKey } from "../session/wall_time.ts";
import type { KnownSubject } from "../subject/subject.ts";
import { optionsText } from "../tensorboard/options_text.ts";
import type { CommandLog, RunLog } from "../tensorboard/run_log.ts";
import { courseOfEvaluation, watched } from "../tensorboard/watch.ts";
import { anotherSubject } from "./another.ts";
import type { Cell } from "./cell.ts";
import type { CellLab, Experiment, GivenOptions } from "./experiment.ts";
import { type Identity, identityOf, runIdOf } from "./identity.ts";
import type { ProfilePlace } from "./index_file.ts";
import { once } from "./once.ts";
import { loadPolicies } from "./policies.ts";
import { preparationKey, prepareSubject, type Shared } from "./prepare.ts";
import type { Outcome } from "./outcome.ts";
import type { Schedule } from "./schedule.ts";
import { writeCell } from "./write_cell.ts";

/** What {@link runCell} needs. */
export interface RunCellOptions {
  /** The command line. */
  readonly run: RunOptions;
  /** The same as it was typed. */
  readonly command: string;
  /** Where its results go. */
  readonly place: ProfilePlace;
  /** The cell. */
  readonly cell: Cell;
  /** What is known of its data and network. */
  readonly subject: KnownSubject;
  /** What trains. */
  readonly session: Session;
  /** How long all cells will take. */
  readonly planned: Schedule;
  /** How long they take. */
  readonly whole: Whole;
  /** What it shares with other cells. */
  readonly shared: Shared;
  /** For other programs. */
  readonly log: CommandLog;
}

/**
 * Runs a cell, from where an earlier command left it.
 *
 * @param experiment What one cell runs, and how it is reported.
 * @param options See {@link RunCellOptions}.
 * @throws {DataError} If its data are not to be had.
 * @throws {TeacherError} If its teacher's training failed.
 * @throws {StoreError} If another process runs it.
 */
export async function runCell<
  Given extends GivenOptions,
  Content extends { readonly identity: Identity<unknown> },
>(
  experiment: Experiment<Given, Content>,
  options: RunCellOptions,
): Promise<Outcome> {
  const { run, command, place, cell, planned, shared } = options;
  const { name, config, seed } = cell;
  const { store, engine } = options.session;
  const foreseen = planned.get(cell)!;
  const unwatched = options.session.evaluator.for({ rank: foreseen.rank });
  const preparation = preparationKey(config);
  const subject = await once(
    shared.subjects,
    // Data and teacher are the same whatever its students' seed: opened once.
    preparationKey({ ...config, student: { ...config.student, seed: 1 } }),
    options.subject.open,
  );
  const policies = await loadPolicies(config.policy, stagesOf(config.stages));
  const identity = identityOf(cell, {
    engine,
    subject,
    policies: policies.ids,
  });
  const runId = runIdOf(place.question, identity);
  using _lock = store.lockRun(runId);
  // Its stages, and those of each search that it has of its own.
  const begun = store.runs(`${runId}/`)
    .filter((key) => key !== wallTimeKey(runId));
  const log = options.log.run([place.question, place.profile, name], {
    identity: runId.slice(place.question.length + 1),
  });
  log.text(optionsText(identity));
  const evaluator = watched(unwatched, log);
  const session: Session = { ...options.session, evaluator };
  if (run.fresh) {
    for (const key of [...begun, runCodeKey(runId)]) store.archiveRun(key);
  }
  const code = noteRunCode(store, runId, {
    code: session.code,
    name,
    hasBegun: begun.length > 0 && !run.fresh,
  });
  const elapsed = stopwatch();
  const forecast = {
    ...foreseen.options,
    plan: searchPlanOf(config, { seed, policies: policies.states }),
    images: config.images || subject.count.train - config.validation,
    testImages: subject.count.test,
  };
  const remaining = followRun(foreseen.parts, {
    whole: options.whole,
    name,
  });
  const isAlone = planned.size === 1;
  const { question, profile } = place;
  const result = await withNotes(store, {
    runId,
    about: { question, profile, cell: name, identity, command },
    parts: foreseen.parts,
    remaining,
    evaluator,
    workers: () => session.executor.workers,
  }, async (notes) => {
    const show: CellLab<typeof config>["phase"] = (part, shown) => {
      const label = LABELS[part] ?? part;
      const line = {
        label,
        part,
        ...session.status !== undefined && { status: session.status },
        ...shown,
      };
      return notes.follow(
        phase({
          ...line,
          label: isAlone ? label : `${name}: ${label}`,
          remaining,
        }),
        line,
      );
    };
    const prepared = await once(
      shared.teachers,
      preparation,
      () =>
        prepareSubject(session, {
          subject,
          forecast,
          rank: foreseen.rank,
          phase: show,
        }),
    );
    logTeacher(log, prepared);
    notes.teacher({
      network: prepared.network,
      accuracy: prepared.reference.accuracy,
      ...(subject.taken === undefined && subject.imported === undefined
        ? { weights: weightsKey(evaluationKey(prepared.request, engine)) }
        : {}),
    });
    return await experiment.run({
      cell,
      identity: identity as Identity<typeof config>,
      runId,
      session,
      subject,
      prepared,
      another: async (other) => {
        const source = log.part("source");
        const another = await anotherSubject(other, {
          run,
          cell,
          session: { ...session, evaluator: watched(unwatched, source) },
          shared,
          forecast,
          rank: foreseen.rank,
          phase: show,
        });
        logTeacher(source, another.prepared);
        return another;
      },
      policies,
      forecast,
      remaining,
      phase: show,
      noteStage: notes.stage,
      noteSearch: notes.search,
      log,
    });
  });
  const written = await writeCell(place, {
    cell: name,
    result,
    environment: {
      ...addWallTime(store, runId, elapsed()),
      workerSeconds: result.workerSeconds,
      workers: session.executor.workers,
      evaluations: evaluator.cost,
      code,
    },
    report: experiment.report,
  });
  const [path, ...others] = written.files;
  notify(`Written: ${path}, ${others.length} files beside it`);
  compareWithForecast(elapsed(), remaining);
  notify(`Digest: ${written.record.digest}`);
  emit({
    event: "record",
    name: written.record.cell,
    digest: written.record.digest,
    files: written.files,
  });
  if (result.failure !== undefined) {
    return { state: "failed", reason: result.failure, isRecorded: true };
  }
  return { state: written.compared === "different" ? "different" : "done" };
}

/** All of a teacher's training, whoever trained it, and when. */
function logTeacher(
  log: RunLog,
  { request, evaluation }: PreparedTeacher,
): void {
  log.part("teacher").training(request.recipe, courseOfEvaluation(evaluation));
}

/** Parts whose name for people is another one. */
const LABELS: Readonly<Record<string, string>> = {
  logits: "teacher's logits",
  "source logits": "source teacher's logits",
};

function compareWithForecast(seconds: number, remaining: Remaining): void {
  const parts = remaining.compared().map(({ part, measured, expected }) =>
    `${part} ${formatDuration(measured)} for ${formatDuration(expected)}`
  );
  notify(
    `Took ${formatDuration(seconds)}; all of it was predicted to take ${
      formatDuration(remaining.predicted)
    } (${parts.join(", ")})`,
  );
}
