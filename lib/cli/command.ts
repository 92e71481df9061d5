import { asZod, describeSchema } from "./_fields.ts";
import { commonSchema, invocationSchema, runSchema } from "./_run.ts";

/**
 * A `z.strictObject(…)` of zod; only its output type matters to a caller.
 */
export interface OptionsSchema<Config> {
  /** Zod's own record of the schema; carries the type of its output. */
  readonly _zod: {
    /** The options after validation. */
    readonly output: Config;
  };
}

/** What a command without runs (a report, a benchmark) is made of. */
export interface OptionsSource<Config> {
  /** How it is called, for example "deno task results". */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Whole command lines, the most useful first. */
  readonly examples: readonly string[];
  /**
   * Its options: a `z.strictObject` whose fields carry `.describe()` and
   * `.default()`. Every field is a flag: `learningRate` is --learning-rate,
   * and a field of a nested object --student.learning-rate. Nested objects
   * need no default of their own: those of their fields apply.
   */
  readonly schema: OptionsSchema<Config>;
}

/** What an experiment's command is made of. */
export interface Command<Config> extends OptionsSource<Config> {
  /** Folder of the profile files, ending in a slash. */
  readonly profiles: URL;
  /** Profiles are the files `<baseName>.<profile>.yaml` of that folder. */
  readonly baseName: string;
  /** Names of the engines there are, the default one first; none: any name. */
  readonly engines?: readonly string[];
  /** What the help adds on the choice of an engine, in whole sentences. */
  readonly engineNote?: string;
  /**
   * An option whose value stands for those of many others: they lie beneath the
   * file or the flags in which it is named, and above what comes before.
   */
  readonly presets?: {
    /** Key of the option. */
    readonly option: string;
    /** What each of its values stands for. */
    readonly values: Readonly<Record<string, Values>>;
  };
}

/** Options as they are in a file: nested mappings of plain values. */
export type Values = Readonly<Record<string, unknown>>;

/** How to run, beside what to run: the options all experiments share. */
export interface RunOptions {
  /** Name of the profile, for example "smoke". */
  readonly profile: string;
  /** A safe integer >= 1. */
  readonly seed: number;
  /** Name of the engine. */
  readonly engine: string;
  /**
   * Students trained at once on this machine, 1 to 1024, or 0 beside a queue. Must
   * not change any result.
   */
  readonly workers: number;
  /** Where a queue's server is, whose workers train too. Must not change any result. */
  readonly queue?: string;
  /** Share of the queue's answers that are checked, 0 to 1. Default 0. */
  readonly verifyShare?: number;
  /** Folder with data set files already there. */
  readonly data?: string;
  /** Folder for everything written. */
  readonly results: string;
  /** Folder for a log that TensorBoard reads. Must not change any result. */
  readonly tensorboard?: string;
  /** Whether an earlier run is set aside first. */
  readonly fresh: boolean;
  /** Whether to show the plan only and write nothing. */
  readonly dryRun: boolean;
}

/** A command line, understood. */
export interface Invocation<Config> {
  /** The experiment's own options, every one with its value. */
  readonly config: Config;
  /** The options of every run. */
  readonly run: RunOptions;
  /** What was said beside the profile: by flags, and in the file of --config. */
  readonly given: Values;
  /**
   * The options once more, with some laid between files and flags, or over all.
   *
   * @param amendment Options as in a file.
   * @throws {UsageError} With all mistakes, one line each.
   */
  readonly amend: (amendment: Amendment) => Config;
}

/** Options that a program adds to those of its user. */
export interface Amendment {
  /** Above what files say, beneath what flags say. */
  readonly values?: Values;
  /** Above all. */
  readonly over?: Values;
  /**
   * Options that stay as the profile has them, whatever is said beside it: by flags,
   * in the file of --config.
   */
  readonly apart?: readonly string[];
  /** Where they stand, for messages. */
  readonly place: string;
}

/**
 * Checks a command's definition and freezes it.
 *
 * @param command The definition.
 * @throws {TypeError} If a field of the schema bears the name of an option
 *   that every run has.
 */
export function defineCommand<Config>(
  command: Command<Config>,
): Command<Config> {
  const reserved = [runSchema([]), invocationSchema(["smoke"]), commonSchema()]
    .flatMap((schema) => Object.keys(schema.shape));
  const own = describeSchema(asZod(command.schema)).properties ?? {};
  const clash = Object.keys(own).find((key) => reserved.includes(key));
  if (clash !== undefined) {
    throw new TypeError(
      `Cannot define command "${command.name}": option "${clash}" is one of ` +
        `every run, expected another name`,
    );
  }
  return Object.freeze(command);
}
