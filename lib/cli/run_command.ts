/** How a program ended, and what it said. */
export interface CommandResult {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** Runs a program; a test brings its own. */
export type CommandRunner = (
  command: string,
  args: readonly string[],
) => Promise<CommandResult | undefined>;

/**
 * The command that starts Deno once more: the program that runs this, where it may
 * be run, else the "deno" of the path. A task that may run Deno names it so: where
 * a machine keeps its program cannot stand in deno.json.
 */
export function denoCommand(): string {
  const program = Deno.execPath();
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: program,
  });
  return state === "granted" ? program : "deno";
}

/**
 * Runs a program to its end, with nothing on its standard input.
 *
 * @param command Its name or path.
 * @param args Its arguments.
 * @returns How it ended; undefined when there is no such program.
 *
 * @example
 * ```ts no-eval
 * const git = await runCommand("git", ["--version"]);
 * ```
 */
export async function runCommand(
  command: string,
  args: readonly string[],
): Promise<CommandResult | undefined> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
