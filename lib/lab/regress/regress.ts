/**
 * Regression testing: experiments run once more, apart from their results, and
 * what they give compared with what is recorded.
 *
 * @module
 */

import { EXIT, ifThere, notify, parseCommand, warn } from "../../cli/mod.ts";
import { DataError } from "../../data/mod.ts";
import type {
  Experiment,
  GivenOptions,
  RecordedCell,
} from "../cells/experiment.ts";
import type { Identity } from "../cells/identity.ts";
import {
  type ProfilePlace,
  readProfile,
  updateIndex,
} from "../cells/index_file.ts";
import { NOT_ITS_FAULT } from "../cells/outcome.ts";
import { runExperiment } from "../cells/run_experiment.ts";
import { selectCells } from "../cells/select.ts";
import { adoptCell, writeProfile } from "../cells/write_cell.ts";
import { compareRecords, type Comparison } from "./compare.ts";
import { openFolder } from "./folder.ts";

/** What the record of any experiment has. */
export type AnyContent = { readonly identity: Identity<unknown> };

/** Any experiment, for lists of them. */
export type AnyExperiment = Experiment<GivenOptions, AnyContent>;

/** Settings of {@link regress}. */
export interface RegressOptions {
  /** Which sizes of the experiments are run. */
  readonly profile: string;
  /** What trains, as of `--engine`. */
  readonly engine: string;
  /** Students trained at once; default one a logical core. */
  readonly workers?: number | undefined;
  /** Folder with data set files already there. */
  readonly data?: string | undefined;
  /** Results folder whose records are compared. */
  readonly results: string;
  /** Whether what differs takes the place of what is recorded. */
  readonly update: boolean;
  /** Whether an interrupted run is started over. */
  readonly fresh: boolean;
}

/** What became of a cell. */
export interface CellCheck {
  /** Its place: "rq1/smoke/CELL". */
  readonly name: string;
  /** How its records compare; undefined where one of them is missing. */
  readonly comparison?: Comparison;
  /** What is missing: no record to compare with, or none obtained, and why. */
  readonly lacking?: "record" | {
    /** Why there is none. */
    readonly result: string;
    /** Whether the experiment came to its end without it. */
    readonly isRegression: boolean;
    /** Whether its data were not to be had, though others' were. */
    readonly isMissing: boolean;
  };
  /** Digest of the record, where there is one. */
  readonly expected?: string;
  /** Digest of what was obtained, where there is something. */
  readonly obtained?: string;
  /** Whether the obtained record took the place of the recorded one. */
  readonly isUpdated?: true;
}

/** What {@link regress} found. */
export interface Regression {
  /** Cell by cell. */
  readonly checks: readonly CellCheck[];
  /** How the command ends. */
  readonly code: number;
  /** Where the obtained records lie; undefined where they are gone, being equal. */
  readonly folder?: string;
}

/**
 * Experiments of which a profile has records, or those that are named.
 *
 * @param experiments All there are.
 * @param options Where the records are.
 */
export async function recordedExperiments(
  experiments: readonly AnyExperiment[],
  { results, profile }: Pick<RegressOptions, "results" | "profile">,
): Promise<readonly AnyExperiment[]> {
  const found: AnyExperiment[] = [];
  for (const experiment of experiments) {
    const { report } = experiment;
    const place = { results, question: report.question, profile };
    const { cells } = await readProfile(place, report);
    if (cells.length > 0) found.push(experiment);
  }
  return found;
}

/**
 * Runs experiments once more and compares each record with the one that there is.
 *
 * They run in a folder of their own below the run store's, each set of experiments in
 * another. One that was interrupted goes on there if the code is the same; one that
 * came to its end is started over the next time, since a memory of trainings proves
 * nothing.
 *
 * @param experiments Which.
 * @param options See {@link RegressOptions}.
 * @throws {RecordError} If a record is damaged.
 * @throws {StoreError} If another process runs the same regression test.
 */
export async function regress(
  experiments: readonly AnyExperiment[],
  options: RegressOptions,
): Promise<Regression> {
  const { results, profile, update } = options;
  // Told before anything is run.
  const recorded = new Map<
    AnyExperiment,
    readonly RecordedCell<AnyContent>[]
  >();
  for (const experiment of experiments) {
    const { report } = experiment;
    const place = { results, question: report.question, profile };
    recorded.set(
      experiment,
      (await readProfile<AnyContent>(place, report)).cells,
    );
  }
  const questions = experiments.map(({ report }) => report.question);
  using own = await openFolder({ ...options, questions });
  const { folder } = own;
  const checks: CellCheck[] = [];
  const codes: number[] = [];
  for (const [experiment, cells] of recorded) {
    const { question } = experiment.report;
    notify(`${question}, profile ${profile}`);
    const code = await run(experiment, { folder, cells, options });
    const place = { results: folder, question, profile };
    const found = await check(place, {
      expected: cells,
      code,
      report: experiment.report,
    });
    codes.push(code);
    checks.push(
      ...update ? await adopt(found, { experiment, folder, options }) : found,
    );
  }
  await ifThere(() => Deno.remove(`${folder}/.store`, { recursive: true }));
  const isKept = checks.some(({ comparison, isUpdated }) =>
    !isUpdated && comparison?.isEqual !== true
  );
  if (!isKept) await Deno.remove(folder, { recursive: true });
  return {
    checks,
    code: codeOf(checks, codes),
    ...(isKept ? { folder } : {}),
  };
}

/** Runs those of an experiment's cells that are asked for; gives its exit code. */
async function run(
  experiment: AnyExperiment,
  { folder, cells, options }: {
    readonly folder: string;
    readonly cells: readonly RecordedCell<AnyContent>[];
    readonly options: RegressOptions;
  },
): Promise<number> {
  const { profile, engine, workers, data, update } = options;
  const args = [
    ["--profile", profile],
    ["--engine", engine],
    ["--results", folder],
    workers === undefined ? [] : ["--workers", `${workers}`],
    data === undefined ? [] : ["--data", data],
  ].flat();
  const { command, arms } = experiment;
  const { declared } = selectCells(parseCommand(command, args), arms);
  const known = new Set(cells.map(({ record }) => record.cell));
  // What has no record could only be told as new.
  const asked = declared.map(({ name }) => name)
    .filter((name) => update || known.has(name));
  if (asked.length === 0) return EXIT.done;
  try {
    return await runExperiment(
      experiment,
      [...args, "--cells", asked.join(",")],
      { show: () => {} },
    );
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    warn(error.message);
    return EXIT.data;
  }
}

/** Compares what is in the folder with what is recorded, cell by cell. */
async function check(
  place: ProfilePlace,
  { expected, code, report }: {
    readonly expected: readonly RecordedCell<AnyContent>[];
    readonly code: number;
    readonly report: AnyExperiment["report"];
  },
): Promise<readonly CellCheck[]> {
  const { cells, lacking } = await readProfile<AnyContent>(
    place,
    report,
  );
  const obtained = new Map(
    cells.map(({ record }) => [record.cell!, record]),
  );
  const reasons = new Map(lacking.map(({ name, reason }) => [name, reason]));
  const known = expected.map(({ record }): CellCheck => {
    const cell = record.cell!;
    const name = `${place.question}/${place.profile}/${cell}`;
    const found = obtained.get(cell);
    obtained.delete(cell);
    if (found === undefined) {
      const result = code === EXIT.data
        ? "its data are not to be had"
        : reasons.get(cell) ?? "the profile does not declare it";
      const isMissing = result === NOT_ITS_FAULT.missing;
      const isRegression = code === EXIT.done && !isMissing &&
        result !== NOT_ITS_FAULT.busy;
      return {
        name,
        expected: record.digest,
        lacking: { result, isRegression, isMissing },
      };
    }
    return {
      name,
      expected: record.digest,
      obtained: found.digest,
      comparison: compareRecords(record, found),
    };
  });
  const others = [...obtained].map(([cell, { digest }]): CellCheck => ({
    name: `${place.question}/${place.profile}/${cell}`,
    obtained: digest,
    lacking: "record",
  }));
  return [...known, ...others];
}

/** Lets what differs, or is new, take the place of what is recorded. */
async function adopt(
  checks: readonly CellCheck[],
  { experiment: { report }, folder, options }: {
    readonly experiment: AnyExperiment;
    readonly folder: string;
    readonly options: RegressOptions;
  },
): Promise<readonly CellCheck[]> {
  const { results, profile } = options;
  const place = { results, question: report.question, profile };
  const updated: CellCheck[] = [];
  for (const check of checks) {
    const { name, obtained, expected } = check;
    if (obtained === undefined || obtained === expected) {
      updated.push(check);
      continue;
    }
    const cell = name.split("/")[2]!;
    await adoptCell(place, { from: folder, cell });
    await updateIndex(place, [{ name: cell }]);
    updated.push({ ...check, isUpdated: true });
  }
  if (updated.some(({ isUpdated }) => isUpdated)) {
    await writeProfile(place, report);
  }
  return updated;
}

function codeOf(
  checks: readonly CellCheck[],
  codes: readonly number[],
): number {
  const isDifferent = checks.some(({ comparison, lacking, isUpdated }) =>
    !isUpdated && comparison?.isMet === false ||
    typeof lacking === "object" && lacking.isRegression
  );
  const isMissing = checks.some(({ lacking }) =>
    typeof lacking === "object" && lacking.isMissing
  );
  const ends = [
    ...codes,
    ...isDifferent ? [EXIT.regression] : [],
    ...isMissing ? [EXIT.data] : [],
  ];
  return [EXIT.regression, EXIT.runFailed, EXIT.data]
    .find((code) => ends.includes(code)) ?? EXIT.done;
}
