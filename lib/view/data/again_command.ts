import { commandLine } from "../../cli/mod.ts";
import type { KnownRun } from "./known.ts";

/** Folder that nothing is remembered in: what is run there is trained. */
const FOLDER = "results-again";

/** Flags of a command that say where results go, or what is passed over. */
const WHERE = /^--(results|cells|fresh|dry-run)(=.*)?$/;

/**
 * The command that trains a run's students again: its own, in a results folder that
 * remembers nothing. Undefined where options were given that no record holds in
 * words.
 *
 * @param run The run.
 */
export function againCommand(
  { question, profile, cell, command }: KnownRun,
): string | undefined {
  const flags = ["--cells", cell, "--results", FOLDER];
  if (command !== undefined) {
    return `${withoutPlace(command)} ${flags.join(" ")}`;
  }
  return profile.includes("+") ? undefined : commandLine(
    `deno task ${question}`,
    ["--profile", profile, ...flags],
  );
}

/** Words as {@link commandLine} writes them; a flag's value follows it or its "=". */
function withoutPlace(command: string): string {
  const words = command.match(/(?:'[^']*'|\\'|[^\s'])+/g) ?? [];
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [, name, value] = WHERE.exec(words[i]!) ?? [];
    if (name === undefined) kept.push(words[i]!);
    else if ((name === "results" || name === "cells") && !value) i++;
  }
  return kept.join(" ");
}
