/**
 * A command as it can be typed again.
 *
 * @param name How it is called, for example "deno task rq1".
 * @param args Its arguments.
 */
export function commandLine(name: string, args: readonly string[]): string {
  return [name, ...args.map(quoted)].join(" ");
}

/** For the shells of Unix; plain words as they are. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
