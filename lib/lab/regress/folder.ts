/**
 * Where a regression test runs: a folder for each set of experiments, engine and
 * profile, of one process at a time.
 *
 * @module
 */

import { ifThere, notify, writeFileAtomic } from "../../cli/mod.ts";
import { StoreError } from "../../store/mod.ts";
import { storePath } from "../session/session.ts";
import { codeDigest } from "./code_digest.ts";

/** Whose folder it is. */
export interface FolderOptions {
  /** Results folder whose records are compared. */
  readonly results: string;
  /** What trains. */
  readonly engine: string;
  /** Which sizes of the experiments are run. */
  readonly profile: string;
  /** Names of the experiments, in their order. */
  readonly questions: readonly string[];
  /** Whether an interrupted run is started over. */
  readonly fresh: boolean;
}

/** A folder that no other process works in. */
export interface OwnFolder extends Disposable {
  /** Where it is. */
  readonly folder: string;
}

/**
 * Takes the folder for this process: with what an interrupted run left there, if the
 * code is the same, else empty. Other sets of experiments have folders of their own.
 *
 * @param options See {@link FolderOptions}.
 * @returns The folder, let go of when it is disposed of.
 * @throws {StoreError} `running` if another process works in it; nothing is touched.
 */
export async function openFolder(options: FolderOptions): Promise<OwnFolder> {
  const { results, engine, profile, questions, fresh } = options;
  const place = `${results}/.store/regress/${engine}-${profile}`;
  const folder = `${place}/${questions.join("+")}`;
  await Deno.mkdir(place, { recursive: true });
  // Beside the folder, and never removed: who waits for it has opened it already.
  const lock = await lockFile(`${folder}.lock`, folder);
  try {
    await prepare(folder, fresh);
  } catch (error) {
    lock.close();
    throw error;
  }
  return { folder, [Symbol.dispose]: () => lock.close() };
}

/** The system lets go of the lock when the process ends, however it ends. */
async function lockFile(path: string, folder: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { write: true, create: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new StoreError(
    "running",
    `Cannot start a regression test: another process runs one in "${folder}", expected to be alone there; wait for it, or end it`,
  );
}

async function prepare(folder: string, fresh: boolean): Promise<void> {
  const file = `${folder}/code`;
  const code = await codeDigest();
  const isSame = await ifThere(() => Deno.readTextFile(file)) === code;
  const isBegun = await ifThere(() => Deno.stat(storePath(folder)));
  if (!fresh && isSame && isBegun !== undefined) {
    notify("Going on where an earlier regression test was interrupted");
    return;
  }
  await ifThere(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(folder, { recursive: true });
  await writeFileAtomic(file, code);
}
