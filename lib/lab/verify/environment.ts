/**
 * Environments: what runs took, and where.
 *
 * @module
 */

import type { ResultRecord } from "../../report/mod.ts";
import type { Context } from "./context.ts";
import { attempt, checkSpelling, readText, spelt } from "./files.ts";

/**
 * Verifies the environment of a record.
 *
 * @param context Where, and where flaws go.
 * @param asked Its file, the record, and what reads it.
 * @returns What was read, where it is whole.
 */
export async function verifyEnvironment<Environment>(
  context: Context,
  { path, record, read }: {
    readonly path: string;
    readonly record: ResultRecord;
    readonly read: (
      text: string,
      options: { readonly file: string; readonly record: ResultRecord },
    ) => Environment;
  },
): Promise<Environment | undefined> {
  const { known, tally } = context;
  known.add(path);
  const about = { check: "environments", path } as const;
  const text = await readText(context, about) ?? "";
  tally.count("environments");
  const found = await attempt(context, {
    ...about,
    // Told apart from what the reader makes of an empty environment.
    work: () => [read(text, { file: path, record })] as const,
  });
  if (found === undefined) return undefined;
  const whole: unknown = JSON.parse(text);
  if (!Object.hasOwn(whole as object, "digest")) {
    tally.note(
      "environments",
      "some have no digest, as there was none before: what pages show of them is compared, the rest is not",
    );
  }
  checkSpelling(context, { ...about, text, written: spelt(whole) });
  return found[0];
}
