/**
 * What the system tells of its processor and devices.
 *
 * @module
 */

/**
 * Text of a file of the system's own. Deno keeps what is below /proc to those who
 * may do everything; others ask `cat`, if they may run it.
 */
export function systemText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return outputOf("cat", [path]);
  }
}

/** What a command says on standard output. */
export function outputOf(command: string, args: readonly string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, {
    args: [...args],
  }).outputSync();
  const text = new TextDecoder();
  if (!success) {
    throw new Error(
      `Cannot run ${command} ${args.join(" ")}: ${text.decode(stderr).trim()}`,
    );
  }
  return text.decode(stdout);
}
