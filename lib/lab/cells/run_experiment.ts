/**
 * From a command line to results: the cells that it asks for, one after the other
 * or side by side, each resumed, stored and reported.
 *
 * @module
 */

import {
  commandLine,
  emit,
  EXIT,
  notify,
  parseCommand,
  print,
  type RunOptions,
  warn,
} from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import { StoreError } from "../../store/mod.ts";
import { DivergedPolicyError } from "../../policy/mod.ts";
import { ForgedAnswerError } from "../../queue/mod.ts";
import { InterruptedError, TeacherError } from "../../search/mod.ts";
import { calibrationOf, namedCalibration } from "../forecast/calibration.ts";
import { followWhole } from "../forecast/whole.ts";
import { notePlan } from "../notes/run_notes.ts";
import { stagesOf } from "../options/stage_plans.ts";
import { checkPrecisions } from "../options/precision.ts";
import { inQueueNetwork } from "../session/queue_network.ts";
import { type Session, withSession } from "../session/session.ts";
import { whileLocked } from "../session/while_locked.ts";
import type { OpenedSets } from "../subject/data_options.ts";
import { checkDataFolders } from "../subject/open_data.ts";
import { ownFolders } from "../subject/own_sets.ts";
import {
  findSubject,
  type KnownSubject,
  subjectKey,
  trainsTeacher,
} from "../subject/subject.ts";
import { type CommandLog, openLog } from "../tensorboard/run_log.ts";
import { OtherDataError } from "./another.ts";
import type { Cell } from "./cell.ts";
import { conclude, tellNotRun } from "./conclude.ts";
import { farewell } from "./farewell.ts";
import type { Experiment, GivenOptions } from "./experiment.ts";
import type { Identity } from "./identity.ts";
import { type ProfilePlace, updateIndex } from "./index_file.ts";
import { lackingOf, type Outcome } from "./outcome.ts";
import type { KnownCell } from "./known_cell.ts";
import { checkPolicies, loadPolicies } from "./policies.ts";
import { tellOutOfReach } from "./out_of_reach.ts";
import { printPlan } from "./plan.ts";
import { once } from "./once.ts";
import { preparationKey, type Shared } from "./prepare.ts";
import { runCell } from "./run_cell.ts";
import { schedule } from "./schedule.ts";
import { selectCells, type Selection } from "./select.ts";
import { sideBySide } from "./side_by_side.ts";
import { setUnreadableAside } from "./unreadable.ts";
import { writeProfile } from "./write_cell.ts";

/** What {@link runExperiment} can be given beside the command line. */
export interface ShowOptions {
  /** Shows the table at the end, default on standard output. */
  readonly show?: (table: string) => void;
}

/**
 * Runs an experiment's command line.
 *
 * Cells run in the order in which they are declared, those of one subject side by
 * side where there is more than one worker: the first goes first, the others use
 * the workers that it leaves idle. What cannot be run is told and passed over,
 * unless it was asked for by name.
 *
 * @param experiment The experiment.
 * @param args Its arguments.
 * @param options Where its table goes.
 * @returns The exit code: 3 where a cell failed, 4 where a result differs from its
 * record, 5 where nothing could be run for want of data, 1 where nothing but the log
 * for other programs failed.
 */
export async function runExperiment<
  Given extends GivenOptions,
  Content extends { readonly identity: Identity<unknown> },
>(
  experiment: Experiment<Given, Content>,
  args: readonly string[],
  { show = print }: ShowOptions = {},
): Promise<number> {
  const invocation = parseCommand(experiment.command, args);
  const { run } = invocation;
  const elsewhere = run.dryRun ? undefined : await inQueueNetwork(run);
  if (elsewhere !== undefined) return elsewhere;
  const selection = selectCells(invocation, experiment.arms);
  checkDataFolders(run);
  await namedCalibration();
  for (const { config } of selection.chosen) {
    // Read before anything is begun: a mistake in a path is told at once.
    await loadPolicies(config.policy, stagesOf(config.stages));
  }
  const { cells, outcomes, opened } = await know(selection, run);
  for (const { cell, subject } of cells) {
    await checkPolicies(cell, subject.network);
  }
  tellOutOfReach(cells);
  if (run.dryRun) {
    tellNotRun(outcomes, cells.length === 0);
    await printPlan(experiment, { run, selection, cells });
    return EXIT.done;
  }
  const log = await openLog(run);
  const code = await withSession(
    run,
    (session) =>
      runCells(experiment, {
        run,
        log,
        command: commandLine(experiment.command.name, args),
        selection,
        cells,
        outcomes,
        opened,
        session,
        show,
      }),
  );
  return code === EXIT.done && log.isIncomplete ? EXIT.bug : code;
}

/**
 * Finds out what is known of each cell's subject. A folder of pictures is opened
 * for it: one that was not asked for by name may be missing.
 */
async function know(
  { chosen }: Selection,
  run: RunOptions,
): Promise<{
  readonly cells: readonly KnownCell[];
  /** Of cells that cannot be run. */
  readonly outcomes: Map<Cell, Outcome>;
  /** Data sets that had to be opened for it, and those that subjects will open. */
  readonly opened: OpenedSets;
}> {
  const cells: KnownCell[] = [];
  const outcomes = new Map<Cell, Outcome>();
  const subjects = new Map<string, Promise<KnownSubject>>();
  const opened: OpenedSets = new Map();
  const folders = await ownFolders(
    chosen.map(({ config }) => config.dataset),
    run,
  );
  const { results } = run;
  for (const cell of chosen) {
    const { config } = cell;
    const data = folders.get(config.dataset);
    try {
      const find = () =>
        findSubject(config, {
          results,
          opened,
          ...(data === undefined ? {} : { data }),
        });
      const subject = await once(subjects, preparationKey(config), find);
      cells.push({ cell, subject });
    } catch (error) {
      if (!(error instanceof DataError) || cell.isNamed) throw error;
      outcomes.set(cell, { state: "missing", error });
    }
  }
  return { cells, outcomes, opened };
}

async function runCells<
  Given extends GivenOptions,
  Content extends { readonly identity: Identity<unknown> },
>(
  experiment: Experiment<Given, Content>,
  { run, log, command, selection, cells, outcomes, opened, session, show }: {
    readonly run: RunOptions;
    readonly log: CommandLog;
    readonly command: string;
    readonly selection: Selection;
    readonly cells: readonly KnownCell[];
    readonly outcomes: Map<Cell, Outcome>;
    readonly session: Session;
    readonly opened: OpenedSets;
    readonly show: (table: string) => void;
  },
): Promise<number> {
  const { question } = experiment.report;
  const { results } = run;
  const { workers } = session.executor;
  for (const { cell: { config }, subject } of cells) {
    const { teacher, student, final } = config;
    checkPrecisions(session.engine, {
      student,
      final,
      ...(trainsTeacher(subject) ? { teacher } : {}),
    });
  }
  const place = { results, question, profile: selection.profile };
  await setUnreadableAside(place, {
    chosen: cells.map(({ cell: { name } }) => name),
    report: experiment.report,
  });
  const calibration = await calibrationOf(
    session.store,
    {
      engine: session.engine,
      // How fast other machines are is not known: like this one, when it is busy.
      workers: run.queue === undefined
        ? workers
        : Math.min(workers, navigator.hardwareConcurrency),
    },
    () =>
      notify(
        `Measuring how fast ${session.engine.name} trains here, a few seconds`,
      ),
  );
  const planned = schedule(experiment, { calibration, workers, cells });
  const whole = followWhole();
  for (const [{ name }, { parts }] of planned) {
    whole.left(name, parts.reduce((sum, part) => sum + part.wallSeconds, 0));
  }
  notePlan(session.store, place, {
    command,
    workers,
    cells: [...planned].map(([{ name, arm, seed }, { parts }]) => ({
      name,
      arm,
      seed,
      parts,
    })),
  });
  const shared: Shared = { opened, subjects: new Map(), teachers: new Map() };
  // Another process may be at other cells of the same profile.
  const renew = () =>
    whileLocked(
      session.store,
      `${question}/${selection.profile}`,
      () => tell(place, experiment, { selection, outcomes }),
    );
  let table = outcomes.size === 0 ? "" : await renew();
  const settle = async (cell: Cell, outcome: Outcome) => {
    outcomes.set(cell, outcome);
    whole.left(cell.name, 0);
    emit({ event: "cell", question, name: cell.name, state: outcome.state });
    table = await renew();
    if (outcomes.size < selection.chosen.length) {
      notify(
        `Table of ${outcomes.size} of ${selection.chosen.length} cells: ${results}/${question}/${selection.profile}.md`,
      );
    }
  };
  for (const group of groupsOf(cells)) {
    await sideBySide(group, {
      // A queue's workers come and go.
      atOnce: () =>
        cellsAtOnce(group, {
          workers: session.executor.workers,
          isQueue: run.queue !== undefined,
        }),
      run: async ({ cell, subject }) => {
        const outcome = await outcomeOf(
          cell,
          () =>
            runCell(experiment, {
              run,
              command,
              place,
              cell,
              subject,
              session,
              planned,
              whole,
              shared,
              log,
            }),
        );
        await settle(cell, outcome);
      },
      onError(error) {
        // Answers that cannot be trusted: nothing more is built on this queue's.
        if (error instanceof ForgedAnswerError) session.executor.interrupt();
        if (error instanceof InterruptedError) return;
        warn(
          `${(error as Error).message}; what is under way beside it ends first`,
        );
      },
    });
  }
  show(table);
  const code = conclude(outcomes);
  const recorded = [...outcomes.values()]
    .filter((outcome) => lackingOf(outcome) === undefined).length;
  const asked = selection.chosen.length;
  for (const line of farewell({ place, page: table, asked, recorded })) {
    notify(line);
  }
  return code;
}

/** Cells of one subject, in order. */
function groupsOf(
  cells: readonly KnownCell[],
): readonly (readonly KnownCell[])[] {
  return [
    ...Map.groupBy(cells, ({ cell }) => subjectKey(cell.config)).values(),
  ];
}

/**
 * How many cells are under way together: one keeps one worker busy, two fill each
 * other's gaps; a queue's many workers, more than a cell has rollouts, need more.
 */
function cellsAtOnce(
  cells: readonly KnownCell[],
  { workers, isQueue }: {
    readonly workers: number;
    readonly isQueue: boolean;
  },
): number {
  if (workers === 1) return 1;
  if (!isQueue) return 2;
  const rollouts = cells.flatMap(({ cell: { config } }) =>
    stagesOf(config.stages).map((kind) => config[kind]?.rollouts ?? 1)
  );
  return Math.max(2, Math.ceil(workers / Math.max(1, ...rollouts)));
}

/** What became of a cell; only what ends the whole run is thrown. */
async function outcomeOf(
  { name, isNamed }: Cell,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const isFailure = error instanceof TeacherError ||
      error instanceof DivergedPolicyError;
    if (isFailure) {
      warn(`${name}: ${error.message}`);
      return { state: "failed", reason: error.message };
    }
    const isAsked = isNamed && !(error instanceof OtherDataError);
    if (error instanceof DataError && !isAsked) {
      return { state: "missing", error };
    }
    if (error instanceof StoreError && error.trouble === "running") {
      return { state: "busy", error };
    }
    throw error;
  }
}

/** Brings the profile's index and table up to date. */
async function tell<
  Given extends GivenOptions,
  Content extends { readonly identity: Identity<unknown> },
>(
  place: ProfilePlace,
  { report }: Experiment<Given, Content>,
  { selection, outcomes }: {
    readonly selection: Selection;
    readonly outcomes: ReadonlyMap<Cell, Outcome>;
  },
): Promise<string> {
  await updateIndex(
    place,
    selection.declared.map((cell) => {
      const lacking = lackingOf(outcomes.get(cell));
      return lacking === undefined
        ? { name: cell.name }
        : { name: cell.name, lacking };
    }),
  );
  const { text } = await writeProfile(place, report);
  return text;
}
