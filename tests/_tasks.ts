/**
 * The tasks of deno.json, so that tests run them with the permissions that users
 * run them with.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Folder of the project. */
const PROJECT = fileURLToPath(new URL("../", import.meta.url));

/** What deno.json says of a permission: all, none, or what is allowed and what not. */
export type Permission =
  | boolean
  | readonly string[]
  | {
    readonly allow?: boolean | readonly string[];
    readonly deny?: boolean | readonly string[];
    readonly ignore?: boolean | readonly string[];
  };

/** What this project's tests ask of deno.json. */
export interface Configuration {
  readonly tasks: Readonly<
    Record<string, {
      readonly description: string;
      readonly command: string;
      readonly dependencies?: readonly string[];
    }>
  >;
  readonly permissions: Readonly<
    Record<string, Readonly<Record<string, Permission>>>
  >;
}

/** deno.json as it is. */
export const CONFIGURATION: Configuration = JSON.parse(
  Deno.readTextFileSync(`${PROJECT}deno.json`),
);

/**
 * A task's command without Deno's name: `run`, Deno's flags, and the script's path,
 * so that it can be started wherever one stands.
 */
export function taskArgs(task: string): readonly string[] {
  const [deno, ...words] = CONFIGURATION.tasks[task]!.command.split(" ");
  const script = words.pop();
  if (deno !== "deno" || !script?.endsWith(".ts")) {
    throw new Error(`The task ${task} runs no script`);
  }
  return [...words, `${PROJECT}${script}`];
}

/** Deno's flags of a task that runs a script: what it may do. */
export function taskFlags(task: string): readonly string[] {
  return taskArgs(task).slice(0, -1);
}

/**
 * Deno's flag that lets an experiment see more environment variables. Such a flag
 * takes the place of the list in its set, so that it names all of these again.
 */
export function allowVariables(...names: readonly string[]): string {
  const { env } = CONFIGURATION.permissions.experiment!;
  const known = (env as { readonly allow: readonly string[] }).allow;
  return `--allow-env=${[...known, ...names].join(",")}`;
}

/**
 * Deno's flag that takes the network from a task. It names every host of the set:
 * beside a set with a list, Deno passes over a --deny-net that names none.
 */
export function denyNetwork(set = "experiment"): string {
  const { net } = CONFIGURATION.permissions[set]!;
  return `--deny-net=${(net as readonly string[]).join(",")}`;
}
