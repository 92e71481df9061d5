import type * as z from "zod";
import { asZod, describeSchema, listFields, type Node } from "./_fields.ts";
import { type Flags, type Given, readFlags } from "./_flags.ts";
import { formatHelp } from "./_help.ts";
import { listProfiles, profilePath } from "./_profiles.ts";
import {
  type Checked,
  checkValues,
  flagValues,
  layOver,
  madeLayer,
  mergeSources,
  type Sources,
  without,
  withPresets,
} from "./_resolve.ts";
import { commonSchema, invocationSchema, runSchema } from "./_run.ts";
import { readLayer } from "./_yaml.ts";
import type { Command, Invocation, OptionsSource, Values } from "./command.ts";
import { HelpRequest, UsageError } from "./errors.ts";
import { setVoice } from "./output.ts";

/**
 * Reads an experiment's command line. Defaults of the schema are the lowest
 * layer, then the profile's file, then the file named by --config, then flags.
 * Subjects stand above the file that has them and below what comes after it.
 *
 * @param command The command.
 * @param args Its arguments.
 * @returns The experiment's options and those of every run.
 * @throws {UsageError} With all mistakes at once, one line each; the place is
 *   told as typed on the command line or as file:line:column.
 * @throws {HelpRequest} For --help.
 *
 * @example
 * ```ts no-eval
 * const { config, run } = parseCommand(command, Deno.args);
 * ```
 */
export function parseCommand<Config>(
  command: Command<Config>,
  args: readonly string[],
): Invocation<Config> {
  const schema = asZod(command.schema);
  const shared = runSchema(command.engines ?? [], command.engineNote);
  const calling = invocationSchema(listProfiles(command));
  const flags = readOptions(args, {
    command,
    title: "Options of this experiment",
    builtIn: [shared, calling],
  });
  const isCalling = ({ field }: Given) =>
    Object.hasOwn(calling.shape, field.path[0]!);
  const call = checkValuesOf(calling, {
    layers: [],
    given: flags.given.filter(isCalling),
  });
  const files = call.ok
    ? [
      profilePath(command, call.values.profile),
      ...call.values.config === undefined ? [] : [call.values.config],
    ]
    : [];
  const read = files.map(readLayer);
  const [ofProfile, ofFile] = [read.slice(0, 1), read.slice(1)]
    .map((files) => withPresets(files, command.presets));
  const layers = [...ofProfile!, ...ofFile!];
  const given = flags.given.filter((each) => !isCalling(each));
  const root = joinNodes(
    describeSchema(shared),
    describeSchema(schema),
  );
  const typed = flagValues(given, root);
  // What the flags name stands above all files, and beneath the flags' own words.
  const named = withPresets([madeLayer(typed)], command.presets).slice(0, -1);
  const sources = { layers: [...layers, ...named], given };
  // Subjects win over the options of their own file alone.
  const isOver = !Object.hasOwn(read[1]?.values ?? {}, "subjects");
  const isComplete = call.ok &&
    layers.every((layer) => layer.problems.length === 0);
  const context = { sources, root, isComplete };
  // Both checks see one merged set: a key of neither is the experiment's to refuse.
  const [forRun, forConfig] = divide(mergeSources(sources, root), shared.shape);
  const run = checkValues(shared, forRun, context);
  const config = checkValues(schema, forConfig, context);
  const problems = [
    ...flags.problems,
    ...problemsOf(call),
    ...layers.flatMap((layer) => layer.problems),
    ...problemsOf(run),
    ...problemsOf(config),
  ];
  if (!call.ok || !run.ok || !config.ok || problems.length > 0) {
    throw usageError(command.name, problems);
  }
  const { seed, engine, queue, verifyShare, dataFolder, results, log } =
    run.values;
  const { profile, fresh, dryRun } = call.values;
  return {
    config: config.values,
    run: {
      profile,
      seed,
      engine,
      workers: run.values.workers ??
        (queue === undefined ? navigator.hardwareConcurrency : 0),
      ...queue === undefined ? {} : { queue },
      ...verifyShare === 0 ? {} : { verifyShare },
      ...dataFolder === undefined ? {} : { data: dataFolder },
      results,
      ...log.tensorboard === undefined ? {} : { tensorboard: log.tensorboard },
      fresh,
      dryRun,
    },
    given: divide(layOver(read[1]?.values ?? {}, typed, root), shared.shape)[1],
    amend({ values = {}, over = {}, place, apart = [] }) {
      const [between, above] = [values, over].map((each) =>
        withPresets([madeLayer(each, place)], command.presets)
      );
      const heard = withPresets(
        read.slice(1).map((layer) => without(layer, apart)),
        command.presets,
      );
      const files = isOver
        ? [...ofProfile!, ...between!, ...heard]
        : [...ofProfile!, ...heard, ...between!];
      const amended = {
        layers: [...files, ...named],
        given: given.filter(({ field }) => !apart.includes(field.path[0]!)),
      };
      const merged = above!.reduce(
        (under, layer) => layOver(under, layer.values, root),
        mergeSources(amended, root),
      );
      const [, own] = divide(merged, shared.shape);
      const checked = checkValues(schema, own, {
        sources: amended,
        root,
        isComplete: true,
      });
      if (checked.ok) return checked.values;
      throw usageError(command.name, checked.problems);
    },
  };
}

/**
 * Reads the command line of a command that is no experiment: its own options
 * and --help, no profiles.
 *
 * @param command The command.
 * @param args Its arguments.
 * @returns Its options, every one with its value.
 * @throws {UsageError} With all mistakes at once, one line each.
 * @throws {HelpRequest} For --help.
 *
 * @example
 * ```ts no-eval
 * const { check } = parseOptions(command, Deno.args);
 * ```
 */
export function parseOptions<Config>(
  command: OptionsSource<Config>,
  args: readonly string[],
): Config {
  const flags = readOptions(args, {
    command,
    title: "Options",
    builtIn: [],
  });
  const options = checkValuesOf(asZod(command.schema), {
    layers: [],
    given: flags.given,
  });
  const problems = [...flags.problems, ...problemsOf(options)];
  if (!options.ok || problems.length > 0) {
    throw usageError(command.name, problems);
  }
  return options.values;
}

/** Flags of the schemas given; what every command has is answered here. */
function readOptions(
  args: readonly string[],
  { command, title, builtIn }: {
    readonly command: OptionsSource<unknown>;
    readonly title: string;
    readonly builtIn: readonly z.ZodObject[];
  },
): Flags {
  const schema = commonSchema();
  const own = listFields(describeSchema(asZod(command.schema)));
  const shared = [...builtIn, schema].flatMap((each) =>
    listFields(describeSchema(each))
  );
  const flags = readFlags(args, [...own, ...shared]);
  const isCommon = ({ field }: Given) =>
    Object.hasOwn(schema.shape, field.path[0]!);
  const common = checkValuesOf(schema, {
    layers: [],
    given: flags.given.filter(isCommon),
  });
  const problems = [...flags.problems, ...problemsOf(common)];
  if (common.ok) {
    const { help, quiet, json } = common.values;
    if (help) {
      const groups = [[title, own], ["Options of every run", shared]] as const;
      throw new HelpRequest(formatHelp({ ...command, groups }));
    }
    if (quiet && json) {
      problems.push("--quiet and --json: expected one of them, or none");
    } // A command that another one runs speaks as that was told to.
    else if (quiet || json) setVoice(json ? "json" : "quiet");
  }
  return { given: flags.given.filter((each) => !isCommon(each)), problems };
}

function checkValuesOf<Config>(
  schema: z.ZodType<Config>,
  sources: Sources,
): Checked<Config> {
  const root = describeSchema(schema);
  const values = mergeSources(sources, root);
  return checkValues(schema, values, { sources, root, isComplete: true });
}

function problemsOf(checked: Checked<unknown>): readonly string[] {
  return checked.ok ? [] : checked.problems;
}

function usageError(name: string, problems: readonly string[]): UsageError {
  return new UsageError(
    [...problems, `See "${name} --help" for all options`].join("\n"),
  );
}

function joinNodes(a: Node, b: Node): Node {
  return {
    type: "object",
    properties: { ...a.properties, ...b.properties },
    required: [...a.required ?? [], ...b.required ?? []],
  };
}

/** Values whose key is one of the shape's, and the others. */
function divide(values: Values, shape: Values): readonly [Values, Values] {
  const entries = Object.entries(values);
  const isIn = ([key]: readonly [string, unknown]) => Object.hasOwn(shape, key);
  return [
    Object.fromEntries(entries.filter(isIn)),
    Object.fromEntries(entries.filter((entry) => !isIn(entry))),
  ];
}
