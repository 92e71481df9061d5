import { dirname } from "node:path";
import { UsageError } from "./errors.ts";
import { optionKinds } from "./option_kinds.ts";
import { quoted } from "./quoted.ts";
import { readVariable } from "./variable.ts";

/** What a variable of the environment names, in words for people. */
const KINDS = {
  /** To be read. */
  folder: "a folder",
  /** To be made where it is missing. */
  place: "a folder, or a place where one can be made",
  /** To be read. */
  file: "a regular file",
} as const;

/**
 * The path that an environment variable names, as seen from the process's folder: a
 * relative one starts where the user stands. Nothing is opened, so that no pipe is
 * waited for and no device read for ever.
 *
 * @param name The variable.
 * @param kind What must be there.
 * @returns Undefined where the variable is not set, or empty.
 * @throws {UsageError} If the path is none, or leads to something else.
 *
 * @example
 * ```ts
 * import { readPathVariable } from "./path_variable.ts";
 *
 * const cache = readPathVariable("N2N_CACHE", "place") ?? "datasets/cache";
 * ```
 */
export function readPathVariable(
  name: string,
  kind: "folder" | "place" | "file",
): string | undefined {
  const value = readVariable(name);
  if (value === undefined) return undefined;
  const refuse = (fault: string): never => {
    throw new UsageError(
      `${name} ${quoted(value)}: ${fault}; correct or unset it`,
    );
  };
  if (/^\s*$|\p{Cc}/u.test(value)) {
    // What a shell's substitution leaves behind is part of no name that was meant.
    refuse("expected a path of visible characters, without line breaks");
  }
  const { success, data: path, error } = optionKinds.path.safeParse(value);
  if (!success) return refuse(error.issues[0]!.message);
  const fault = faultOf(path, kind);
  if (fault !== undefined) refuse(`${fault}, expected ${KINDS[kind]}`);
  return path;
}

/** What keeps a path from being of a kind; undefined where nothing does. */
function faultOf(path: string, kind: keyof typeof KINDS): string | undefined {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    if (kind === "file") {
      if (isFile) return undefined;
      return isDirectory ? "it is a folder" : "it is a pipe or a device";
    }
    return isDirectory ? undefined : "it is no folder";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return wordsOf(error);
    if (isLink(path)) return "it is a link that leads nowhere";
    if (kind !== "place") return "nothing is there";
    const folder = dirname(path);
    return folder === path ? "nothing is there" : faultOf(folder, kind);
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/** What the system, or Deno, says of a path, without naming it once more. */
function wordsOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno lets no program look there";
  }
  if (!(error instanceof Error)) throw error;
  return error.message.replace(/: l?stat '.*$/s, "");
}
