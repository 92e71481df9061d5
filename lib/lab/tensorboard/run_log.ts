/**
 * The log of a command, for TensorBoard: a folder a run, one within it for each of
 * its stages and trainings. It is a copy of what the store knows and nothing goes on
 * from it: the command that works on a run writes all of it anew.
 *
 * @module
 */

import { join } from "node:path";
import {
  type Clock,
  FileError,
  notify,
  type RunOptions,
  wallClock,
} from "../../cli/mod.ts";
import type { IterationRecord } from "../../search/mod.ts";
import type { Recipe } from "../../training/mod.ts";
import { type NotedText, scalarsEvent, textEvent } from "./event.ts";
import { createEventFile, type EventFile } from "./event_file.ts";
import { searchPoints, type TrainingCourse, trainingPoints } from "./points.ts";

/** The log of a run, or of a part of it. */
export interface RunLog {
  /** The log of a part, in a folder below; the same one for the same name. */
  part(name: string): RunLog;
  /** Tells a search's next iteration, those that were restored too. */
  iteration(record: IterationRecord): void;
  /** Tells how far a training is, as often as one likes. */
  training(recipe: Recipe, course: TrainingCourse): void;
  /** Tells a text. */
  text(noted: NotedText): void;
}

/** The log of a command. */
export interface CommandLog {
  /**
   * The log of a run.
   *
   * @param place Names of its folder and of those above it.
   * @param options.identity Hexadecimal digits that tell it from other runs of that
   * name: their files are left as they are.
   */
  run(
    place: readonly string[],
    options: { readonly identity: string },
  ): RunLog;
  /** Whether something could not be written. */
  readonly isIncomplete: boolean;
}

/** Digits of a run's identity in the names of its files. */
const OWNER_DIGITS = 8;

/** Where no log was asked for. */
const NO_RUN_LOG: RunLog = {
  part: () => NO_RUN_LOG,
  iteration() {},
  training() {},
  text() {},
};

/**
 * Opens the log that a command line asks for, if it does. What cannot be written
 * later is told once and ends the log, not the command.
 *
 * @param run The command line.
 * @param options A test's clock.
 * @throws {FileError} If the folder cannot be written to.
 */
export async function openLog(
  { tensorboard }: Pick<RunOptions, "tensorboard">,
  { clock = wallClock }: { readonly clock?: Clock } = {},
): Promise<CommandLog> {
  if (tensorboard === undefined) {
    return { run: () => NO_RUN_LOG, isIncomplete: false };
  }
  await checkFolder(tensorboard);
  notify(`Log: ${tensorboard}, for tensorboard --logdir`);
  let isIncomplete = false;
  function attempt(work: () => void): void {
    if (isIncomplete) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      isIncomplete = true;
      notify(
        `Cannot write the log in "${tensorboard}" (${error.code}): ${error.message}; what is computed is not lost and the command goes on without a log: the same command once more writes all of it, on a disk with free space`,
      );
    }
  }
  return {
    run: (place, { identity }) =>
      folderLog(join(tensorboard, ...place), {
        owner: `n2n-${identity.slice(0, OWNER_DIGITS)}`,
        seconds: () => clock.epochMs() / 1000,
        attempt,
      }),
    get isIncomplete() {
      return isIncomplete;
    },
  };
}

/** Finds out at once whether anything can be written. */
async function checkFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.remove(
      await Deno.makeTempFile({ dir: folder, prefix: ".n2n-" }),
    );
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new FileError(
      `Cannot write the log in "${folder}" (${error.code}): ${error.message}, expected a folder that can be written to; --log.tensorboard names another`,
      { cause: error },
    );
  }
}

/** What all folders of a run share. */
interface Writing {
  readonly owner: string;
  readonly seconds: () => number;
  /** Does some writing, unless some failed before. */
  readonly attempt: (work: () => void) => void;
}

function folderLog(folder: string, writing: Writing): RunLog {
  const { owner, seconds, attempt } = writing;
  const parts = new Map<string, RunLog>();
  // Made with the first that is to be told: what is not begun has no folder.
  let file: EventFile | undefined;
  let ofSearch: ReturnType<typeof searchPoints> | undefined;
  let ofTraining: ReturnType<typeof trainingPoints> | undefined;
  function write(events: (seconds: number) => readonly Uint8Array[]): void {
    attempt(() => {
      const now = seconds();
      const made = events(now);
      if (made.length === 0) return;
      file ??= createEventFile(folder, { seconds: now, owner });
      file.append(made);
    });
  }
  return {
    part(name) {
      const inPath = name.replaceAll(/[^\w.+]+/g, "-").toLowerCase();
      const part = parts.get(inPath) ??
        folderLog(join(folder, inPath), writing);
      parts.set(inPath, part);
      return part;
    },
    iteration(record) {
      const points = (ofSearch ??= searchPoints())(record);
      write((now) => points.map((each) => scalarsEvent(now, each)));
    },
    training(recipe, course) {
      const points = (ofTraining ??= trainingPoints(recipe))(course);
      write((now) => points.map((each) => scalarsEvent(now, each)));
    },
    text: (noted) => write((now) => [textEvent(now, noted)]),
  };
}
