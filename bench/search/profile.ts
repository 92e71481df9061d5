/**
 * What the benchmark knows of RQ1: its laptop profile, read as data, and its
 * command, as deno.json has it. The one file here that reads an experiment's.
 *
 * @module
 */

import { z } from "zod";
import { WIDE_TEACHER } from "../wide_teacher.ts";
import { defineCommand, parseCommand } from "../../lib/cli/mod.ts";
import {
  cellOptions,
  type CompressionConfig,
  compressionOptions,
  METHODS,
  PROJECT,
  selectCells,
  strategyArms,
} from "../../lib/lab/mod.ts";

const PROFILE = "laptop";
/** What is measured, whatever else the profile lists. */
const SUBJECT = ["--dataset", "mnist", "--network", "vgg13"] as const;

/**
 * The options of RQ1's laptop profile for VGG-13 on MNIST.
 *
 * @param profiles Folder of the profile's file, ending in a slash.
 * @throws {UsageError} If the file is not of its form.
 */
export function laptopConfig(
  profiles: URL = new URL("experiments/configs/", PROJECT),
): CompressionConfig {
  const command = defineCommand({
    name: "deno task bench",
    summary: "The options of RQ1's laptop profile",
    examples: [],
    // Not strict: what a profile says beside the options of cells is for RQ1 alone.
    schema: z.object({ ...cellOptions, ...compressionOptions }),
    profiles,
    baseName: "rq1",
    presets: { option: "method", values: METHODS },
  });
  const invocation = parseCommand(command, ["--profile", PROFILE, ...SUBJECT]);
  const { chosen } = selectCells(
    invocation,
    ({ search }) => strategyArms(search, []),
  );
  // The first of its widths, as for the searches below.
  return chosen[0]!.config;
}

/**
 * Flags of a search with the profile's images, network and students on two
 * workers; only the teacher is twice as wide, and the number of trainings smaller.
 */
export const SHORT_SEARCH: readonly string[] = [
  ...["--profile", PROFILE, ...SUBJECT, "--seeds", "1", "--workers", "2"],
  ...["--arms", "reinforce", ...WIDE_TEACHER.split(" ")],
  ...["--teacher.epochs", "1", "--final.epochs", "1", "--final.halving", "[]"],
  ...["--removal.iterations", "2", "--shrinkage.iterations", "2"],
];

/** Flags of that search as the profile has it. */
export const WHOLE_SEARCH: readonly string[] = [
  ...["--profile", PROFILE, ...SUBJECT, "--width", "0.25", "--seeds", "1"],
  ...["--arms", "reinforce"],
];

/** What starts a task of this project, from the project's folder. */
export interface TaskCommand {
  /** Arguments for Deno, before those of the task itself. */
  readonly args: readonly string[];
  /** The project's folder. */
  readonly cwd: URL;
}

/**
 * The command behind a task, so that it runs as a process of its own and not as
 * the child of one.
 *
 * @param task Its name, for example "rq1".
 * @throws {TypeError} If deno.json has no such task, or one that is not Deno's.
 */
export async function readTask(task: string): Promise<TaskCommand> {
  const text = await Deno.readTextFile(new URL("deno.json", PROJECT));
  const { tasks } = JSON.parse(text) as {
    readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  };
  const [program, ...args] = tasks[task]?.command.split(" ") ?? [];
  if (program !== "deno") {
    throw new TypeError(
      `Cannot run task "${task}": its program in deno.json is ${program}, expected deno`,
    );
  }
  return { args, cwd: PROJECT };
}
