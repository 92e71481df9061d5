/**
 * Parts of the committed results in folders of their own, to be damaged.
 *
 * @module
 */

import { EXPERIMENTS } from "../../experiments/all.ts";
import {
  type Flaw,
  PROJECT_RESULTS,
  verifyResults,
} from "../../lib/lab/mod.ts";
import { createRecord, readRecord, recordText } from "../../lib/report/mod.ts";
import { inTemporaryFolder } from "../cli/_temporary.ts";

/** A record's content, to be changed. */
// deno-lint-ignore no-explicit-any
export type Content = any;

/** A results folder of a test. */
export interface TestResults {
  /** The folder. */
  readonly results: string;
  /** Changes what a record says, and its digest with it, as a forger would. */
  readonly resign: (
    path: string,
    change: (content: Content) => unknown,
  ) => Promise<void>;
  /** Changes a file's text. */
  readonly edit: (
    path: string,
    change: (text: string) => string,
  ) => Promise<void>;
  /** What does not hold. */
  readonly flaws: (only?: string) => Promise<readonly Flaw[]>;
  /** The exit code. */
  readonly code: () => Promise<number>;
}

/**
 * Runs a test in a folder with copies of committed results.
 *
 * @param parts Files and folders below results/.
 * @param run The test.
 */
export async function withResults(
  parts: readonly string[],
  run: (results: TestResults) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (results) => {
    for (const part of parts) await copy(part, results);
    const verify = (only?: string) =>
      verifyResults({ results, experiments: EXPERIMENTS, only });
    const edit: TestResults["edit"] = async (path, change) => {
      const text = await Deno.readTextFile(`${results}/${path}`);
      await Deno.writeTextFile(`${results}/${path}`, change(text));
    };
    await run({
      results,
      edit,
      async resign(path, change) {
        await edit(path, (text) => {
          const { question, profile, cell, deterministic, digest } = readRecord(
            text,
            path,
          );
          const content = structuredClone(deterministic);
          const changed = change(content);
          const record = createRecord(
            { question, profile, ...(cell === undefined ? {} : { cell }) },
            changed === undefined ? content : changed,
          );
          const beside = path.replace(/\.json$/, ".environment.json");
          const environment = Deno.readTextFileSync(`${results}/${beside}`);
          Deno.writeTextFileSync(
            `${results}/${beside}`,
            environment.replace(digest, record.digest),
          );
          return recordText(record);
        });
      },
      flaws: async (only) => (await verify(only)).flaws,
      code: async () => (await verify()).code,
    });
  });
}

/**
 * The environment of a run as it was written before runs noted digests: what is
 * committed may be so or, after a run here, not.
 */
export function withoutDigests(environment: string): string {
  const file = JSON.parse(environment);
  delete file.digest;
  delete file.environment.artefacts;
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Copies a file or folder of results/, but for hidden ones. */
async function copy(part: string, results: string): Promise<void> {
  const from = `${PROJECT_RESULTS}/${part}`;
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) {
    const folder = `${results}/${part}`.replace(/\/[^/]*$/, "");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.copyFile(from, `${results}/${part}`);
    return;
  }
  for await (const { name } of Deno.readDir(from)) {
    if (!name.startsWith(".")) await copy(`${part}/${name}`, results);
  }
}
