/**
 * Files as they are read for verification: whatever is wrong with one is a flaw.
 *
 * @module
 */

import { ifThere } from "../../cli/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import { RecordError } from "../../report/mod.ts";
import type { Context } from "./context.ts";
import type { CheckName } from "./tally.ts";

/** What {@link readText} and {@link attempt} are for. */
export interface About {
  /** The check. */
  readonly check: CheckName;
  /** The file. */
  readonly path: string;
}

/**
 * What some work gives, or undefined with a flaw where a file is damaged.
 *
 * @param context Where the flaw goes.
 * @param about What the work is for.
 * @param work The work.
 */
export async function attempt<Value>(
  { tally }: Pick<Context, "tally">,
  about: About & { readonly work: () => Promise<Value> | Value },
): Promise<Value | undefined> {
  const { check, path, work } = about;
  try {
    return await work();
  } catch (error) {
    const isFault = error instanceof RecordError ||
      error instanceof Error && "exitCode" in error && error.exitCode === 5;
    if (!isFault) throw error;
    tally.find({ check, path, kind: "damaged", message: oneLine(error) });
    return undefined;
  }
}

/** An error's message in one line. */
export function oneLine({ message }: Error): string {
  return message.replaceAll(/\s*\n\s*/g, "; ");
}

/**
 * A file's text; undefined where it is not there, or, with a flaw, where it is no
 * text or cannot be read.
 *
 * @param context Where.
 * @param about Which file, for what.
 */
export async function readText(
  { results, tally }: Pick<Context, "results" | "tally">,
  { check, path }: About,
): Promise<string | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    const bytes = await ifThere(() => Deno.readFile(`${results}/${path}`));
    return bytes === undefined ? undefined : decoder.decode(bytes);
  } catch (error) {
    const isFault = error instanceof TypeError ||
      error instanceof Error && "code" in error;
    if (!isFault) throw error;
    const message = `Cannot read "${path}": ${error.message}`;
    tally.find({ check, path, kind: "damaged", message });
    return undefined;
  }
}

/**
 * That a file of ours is spelt as the program writes it: a digit that changes no
 * number's bits would be seen by no digest.
 *
 * @param context Where the flaw goes.
 * @param about The file, its text, and the text that the program would write.
 */
export function checkSpelling(
  { tally }: Pick<Context, "tally">,
  { check, path, text, written }: About & {
    readonly text: string;
    readonly written: string;
  },
): void {
  if (text === written) return;
  const [found, wanted] = [text.split("\n"), written.split("\n")];
  const line = wanted.findIndex((each, i) => each !== found[i]);
  tally.find({
    check,
    path,
    kind: "damaged",
    message: `Cannot trust "${path}": ${
      line === -1
        ? "there is something behind its end"
        : `line ${line + 1} is ${
          JSON.stringify(found[line] ?? "missing")
        }, expected ${JSON.stringify(wanted[line])} as the program writes it`
    }; the file was changed after the run, so restore it or run the experiment again`,
  });
}

/** A value as the program writes JSON: with sorted keys, indented. */
export function spelt(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(value)), undefined, 2)}\n`;
}
