import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

/** In which `deno task` keeps where its user stands: it goes to the project's folder. */
const STANDING_VARIABLE = "INIT_CWD";

/** In front of the path of a folder of pictures. */
const PREFIX = "folder:";

/** Folder of the project. */
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * A user's path, as seen from the process's folder. A relative one starts where the
 * user stands, also where `deno task` was called below the project's folder or, by
 * `--config`, elsewhere.
 *
 * @param path The path, or "folder:" and a path.
 * @param doubles What a test may say instead of the process.
 */
export function fromWhereUserStands(
  path: string,
  { cwd = Deno.cwd(), standing = Deno.env.get(STANDING_VARIABLE) }: {
    readonly cwd?: string;
    readonly standing?: string | undefined;
  } = {},
): string {
  if (path.startsWith(PREFIX)) {
    const rest = path.slice(PREFIX.length);
    return PREFIX + fromWhereUserStands(rest, { cwd, standing });
  }
  // Whoever set it for another program stood elsewhere.
  const isTask = standing !== undefined && isAbsolute(standing) &&
    resolve(cwd) === resolve(PROJECT) && resolve(standing) !== resolve(cwd);
  return isTask && path !== "" && !isAbsolute(path)
    ? join(standing, path)
    : path;
}

const path = z.string().min(1)
  .refine((path) => !path.includes("\0"), "expected a path without NUL")
  .refine(
    (path) => !/^(folder:)?~([/\\]|$)/.test(path),
    'expected a path without "~", which only shells understand, and not behind "="; write it out',
  )
  .overwrite((path) => fromWhereUserStands(path));

/** Schemas of options that several commands have. */
export const optionKinds = {
  /**
   * A path: not empty, as the shell would have it, and relative to where the user
   * stands. A default that it is given is relative to the project's folder. It is
   * described where it is used.
   */
  path,
  /** Where logs for other programs go: the group of options that is named "log". */
  log: z.strictObject({
    tensorboard: path.optional().describe(
      "Folder for event files that TensorBoard reads: scalars of searches and trainings, while they run and afterwards; no result depends on it (docs/view.md)",
    ),
  }),
};
