import { EXIT, HelpRequest } from "./errors.ts";
import { currentVoice, emit, type TextSink, writeText } from "./output.ts";

/** A program: gets the arguments, may return an exit code (none means 0). */
export type Main = (
  args: readonly string[],
) => Promise<number | void> | number | void;

/** What {@link runMain} can be given by a test. */
export interface MainOptions {
  /** Default: the process's arguments. */
  readonly args?: readonly string[];
  /** Default: `Deno.stdout`; help goes there. */
  readonly stdout?: TextSink;
  /** Default: `Deno.stderr`; errors go there. */
  readonly stderr?: TextSink;
  /** Default: `Deno.exit`. */
  readonly exit?: (code: number) => void;
}

/**
 * Runs a program and ends the process. An error that has a numeric `exitCode`
 * is meant for people: its message is printed without a stack and the process
 * ends with that code. So is what the system refuses (no permission, a file where
 * a folder should be, a full disk) or Deno does not permit, with exit code 1. Any other error is a bug:
 * stack, exit code 1. Under `--json` errors are events like all else, and the last
 * event tells the exit code.
 *
 * @param main The program.
 * @param options Doubles for tests.
 *
 * @example
 * ```ts no-eval
 * if (import.meta.main) await runMain(main);
 * ```
 */
export async function runMain(
  main: Main,
  options: MainOptions = {},
): Promise<void> {
  const {
    args = Deno.args,
    stdout = Deno.stdout,
    stderr = Deno.stderr,
    exit = Deno.exit,
  } = options;
  let code: number;
  try {
    code = (await main(args)) ?? EXIT.done;
  } catch (error) {
    const asked = error instanceof HelpRequest;
    try {
      code = exitCodeOf(error) ?? EXIT.bug;
      const text = describeError(error);
      if (!asked && currentVoice() === "json") {
        emit({ event: "error", text, exitCode: code }, stdout);
      } else writeText(asked ? stdout : stderr, `${text}\n`);
    } catch {
      // Nowhere left to say it; the code still can.
      code = asked ? EXIT.bug : exitCodeOf(error) ?? EXIT.bug;
    }
  }
  try {
    emit({ event: "end", exitCode: code }, stdout);
  } catch {
    // Nowhere left to say it.
  }
  exit(code);
}

/** The numeric exitCode of an error meant for people. */
function exitCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("exitCode" in error)) return undefined;
  return typeof error.exitCode === "number" ? error.exitCode : undefined;
}

/**
 * ENOTDIR, EACCES, ENOSPC, …; not of what was looked for in the program's own code,
 * which has other names.
 */
function systemCodeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" &&
      /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : undefined;
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${String(error)}`;
  if (exitCodeOf(error) !== undefined) return error.message;
  if (error instanceof Deno.errors.NotCapable) {
    const what = error.message.replace(/, run again with.*$/s, "");
    return `Not permitted: ${what}; docs/permissions.md lists what each task may do and why`;
  }
  const code = systemCodeOf(error);
  if (code !== undefined) {
    return `The system refuses (${code}): ${error.message}; check that the path is right, and the permissions and the free space there`;
  }
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined
    ? stack
    : `${stack}\nCaused by ${describeError(error.cause)}`;
}
