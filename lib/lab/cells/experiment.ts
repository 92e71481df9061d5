import type { Command } from "../../cli/mod.ts";
import type { ResultRecord } from "../../report/mod.ts";
import type { Evaluator, PreparedTeacher } from "../../search/mod.ts";
import type { Part } from "../forecast/forecast.ts";
import type { Remaining } from "../forecast/remaining.ts";
import type { ForecastOptions } from "../forecast/forecast.ts";
import type { CompressionConfig, GivenConfig } from "../options/compression.ts";
import type { ContentSchema } from "../records/check_content.ts";
import type { StageNote } from "../notes/note.ts";
import type { RunNotes } from "../notes/run_notes.ts";
import type { Phase } from "../session/phase.ts";
import type { RunCode } from "../session/run_code.ts";
import type { Session } from "../session/session.ts";
import type { RunLog } from "../tensorboard/run_log.ts";
import type { Subject } from "../subject/subject.ts";
import type { Cell } from "./cell.ts";
import type { Identity } from "./identity.ts";
import type { CellOptions } from "./options.ts";
import type { LoadedPolicies } from "./policies.ts";

/** A subject whose teacher is ready. */
export interface PreparedSubject {
  /** Data and network. */
  readonly subject: Subject;
  /** The teacher with its logits. */
  readonly prepared: PreparedTeacher;
}

/** Where one cell is run: all that is there for it. */
export interface CellLab<Config extends CompressionConfig> {
  /** What is run. */
  readonly cell: Cell<Config>;
  /** All that its outcome depends on. */
  readonly identity: Identity<Config>;
  /** Name under which its progress is kept in the store. */
  readonly runId: string;
  /** Store, engine, executor, and an evaluator that counts for this cell alone. */
  readonly session: Session;
  /** Data and network. */
  readonly subject: Subject;
  /** The teacher, trained or found, with its logits; the same for all cells of a subject. */
  readonly prepared: PreparedTeacher;
  /**
   * Another subject with its teacher, trained or found, shared with the cells that
   * are about it. Its phases are parts "source teacher" and "source logits".
   *
   * @throws {DataError} If its data are not to be had.
   * @throws {TeacherError} If its teacher's training failed.
   */
  readonly another: (config: Config) => Promise<PreparedSubject>;
  /** Trained policies to start from. */
  readonly policies: LoadedPolicies;
  /** What it was foreseen from. */
  readonly forecast: ForecastOptions;
  /** How much longer it will take. */
  readonly remaining: Remaining;
  /** A phase of it on the progress line. */
  readonly phase: (
    part: string,
    shown: { readonly total: number; readonly unit: string },
  ) => Phase;
  /** Notes a stage of a search that begins, for whoever looks on. */
  readonly noteStage: (note: StageNote) => void;
  /** Notes a search of several, for whoever looks on. */
  readonly noteSearch: RunNotes["search"];
  /** For other programs, where a log was asked for: told of searches, part by part. */
  readonly log: RunLog;
}

/** What came of a cell. */
export interface CellResult<Content> {
  /** The deterministic part of its record. */
  readonly content: Content;
  /** Seconds of training threads for it, whenever they were spent. */
  readonly workerSeconds: number;
  /**
   * Numbers of its own for the environment part, by name: those that change from
   * run to run, such as mean seconds of one kind of training.
   */
  readonly details?: Readonly<Record<string, number>>;
  /**
   * Files beside the record, by the end of their names: ".removal.policy",
   * ".removal.safetensors".
   */
  readonly artefacts?: ReadonlyMap<string, Uint8Array>;
  /** Why it counts as failed although it has a record: exit code 3. */
  readonly failure?: string;
}

/** The environment part of a cell's record: it changes from run to run. */
export interface CellEnvironment {
  /** The processor. */
  readonly cpu: string;
  /** Its cores. */
  readonly cores: number;
  /** Seconds of the commands that worked on it to their end. */
  readonly wallSeconds: number;
  /** Number of these commands. */
  readonly commands: number;
  /** Seconds that training threads were busy for all trainings of the cell. */
  readonly workerSeconds: number;
  /** Students trained at a time. */
  readonly workers: number;
  /** What the last command asked for, and how much of it was known already. */
  readonly evaluations: Evaluator["cost"];
  /** The code that made it; left out in records of before it was noted. */
  readonly code?: RunCode;
  /** Numbers of the experiment's own, where it has any. */
  readonly details?: Readonly<Record<string, number>>;
  /**
   * SHA-256 of the files beside the record, by the end of their names; left out
   * where there are none, and in records of before they were noted.
   */
  readonly artefacts?: Readonly<Record<string, string>>;
}

/** A cell's record with its environment. */
export interface RecordedCell<Content> {
  /** What repeats. */
  readonly record: ResultRecord<Content>;
  /** What does not. */
  readonly environment: CellEnvironment;
}

/** A cell that an experiment declares and has no record of. */
export interface LackingCell {
  /** Its name. */
  readonly name: string;
  /** Why: "not run yet", what is missing, what failed. */
  readonly reason: string;
}

/** What a profile has come to: the material of its tables. */
export interface ProfileResults<Content> {
  /** Folder below results/. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** Cells with a record, in the order in which they were declared. */
  readonly cells: readonly RecordedCell<Content>[];
  /** Declared cells without. */
  readonly lacking: readonly LackingCell[];
}

/** How results become files, as texts by path below results/. */
export interface Report<Content> {
  /** Folder below results/, for example "rq1". */
  readonly question: string;
  /** What the deterministic part of its records must be. */
  readonly schema: ContentSchema;
  /** Page and figures of one cell. */
  cell(
    cell: RecordedCell<Content>,
  ): Promise<ReadonlyMap<string, string>> | ReadonlyMap<string, string>;
  /** The table over all cells. */
  profile(results: ProfileResults<Content>): Promise<string> | string;
  /** Figures that the table shows, where there are. */
  figures?(
    results: ProfileResults<Content>,
  ): Promise<ReadonlyMap<string, string>> | ReadonlyMap<string, string>;
}

/** Options as an experiment's schema gives them. */
export type GivenOptions = GivenConfig & CellOptions;

/**
 * An experiment: its question, its cells, what one cell runs, and its report over
 * all cells.
 */
export interface Experiment<
  Given extends GivenOptions,
  Content extends { readonly identity: Identity<unknown> },
> {
  /** Its command line; the schema has {@link cellOptions} and the compression's. */
  readonly command: Command<Given>;
  /**
   * The arms that a profile compares, most decisive first, with the options that
   * make them.
   *
   * @param given The options of one subject.
   */
  arms(given: Given): readonly Arm[];
  /**
   * How long one cell takes, part by part.
   *
   * @param options What is known of cell and machine.
   */
  foresee(options: ForecastOptions): readonly Part[];
  /** Runs one cell. */
  run(
    lab: CellLab<CompressionConfig>,
  ): Promise<CellResult<Content>>;
  /** How results become tables. */
  readonly report: Report<Content>;
}

/** What is compared: options under a name. */
export interface Arm {
  /** For names of cells: small letters, digits and dashes. */
  readonly name: string;
  /** Options that make the arm, as in a file. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Options that nothing in the arm depends on: it has the profile's, whatever the
   * command line says, so that its records stay the same.
   */
  readonly apart?: readonly string[];
  /**
   * Further options that follow from the search's seed, where there are.
   *
   * @param seed The cell's, >= 1.
   */
  readonly bySeed?: (seed: number) => Readonly<Record<string, unknown>>;
}
