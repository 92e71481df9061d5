/**
 * deno task test:mutations: takes protections out one by one, in a copy of the
 * project, and demands that a test goes red. Names, or parts of names, choose some.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createProgress, EXIT, notify, runMain } from "../../lib/cli/mod.ts";
import { type Mutation, MUTATIONS } from "./list.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** Tests of a protection take seconds; some end no more without it. */
const PATIENCE_MS = 300_000;

/** What a copy need not have. */
const LEFT_OUT = [".git", "node_modules", ".engines", "datasets", "exports"];

/** What is read only: the copy's is the project's own. */
const SHARED = ["node_modules", ".engines", "datasets"];

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (name === ".store" || from === PROJECT && LEFT_OUT.includes(name)) {
      continue;
    }
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else if (isFile) await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** A copy of the project, in which tests run. */
async function copyProject(folder: string): Promise<void> {
  await copyFolder(PROJECT, folder);
  for (const name of SHARED) {
    const isThere = await Deno.stat(join(PROJECT, name))
      .then(() => true, () => false);
    if (isThere) await Deno.symlink(join(PROJECT, name), join(folder, name));
  }
}

/** Whether the tests of a mutation pass in a folder. */
async function passes(
  folder: string,
  { test, filter }: Mutation,
): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--quiet", "--allow-all", "--no-check"],
      ...filter === undefined ? [] : ["--filter", filter],
      test,
    ],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // Who waits for ever has missed something, too.
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  return success;
}

/** Takes a protection out, runs its test, and puts it back. */
async function survives(folder: string, mutation: Mutation): Promise<boolean> {
  const path = join(folder, mutation.file);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    text.replace(mutation.from, () => mutation.to),
  );
  try {
    return await passes(folder, mutation);
  } finally {
    await Deno.writeTextFile(path, text);
  }
}

async function main(words: readonly string[]): Promise<number> {
  const chosen = MUTATIONS.filter(({ name }) =>
    words.length === 0 || words.some((word) => name.includes(word))
  );
  if (chosen.length === 0) {
    notify(`No protection is called so: ${words.join(", ")}`);
    return EXIT.usage;
  }
  const folder = await Deno.makeTempDir({ prefix: "n2n-mutations-" });
  const unseen: string[] = [];
  try {
    await copyProject(folder);
    const progress = createProgress({
      label: "mutations",
      total: chosen.length,
      unit: "protections",
    });
    for (const mutation of chosen) {
      // A test that fails anyhow would see everything.
      const isRedAnyhow = !await passes(folder, mutation);
      const isUnseen = isRedAnyhow || await survives(folder, mutation);
      const verdict = isRedAnyhow
        ? "ITS TEST FAILS ANYHOW"
        : isUnseen
        ? "NOT SEEN"
        : "seen";
      progress.log(`${verdict}: ${mutation.name} (${mutation.test})`);
      if (isUnseen) unseen.push(mutation.name);
      progress.advance();
    }
    progress.finish();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  notify(
    unseen.length === 0
      ? `All ${chosen.length} protections that were taken out were missed`
      : `${unseen.length} of ${chosen.length} could be taken out unseen: ${
        unseen.join("; ")
      }`,
  );
  return unseen.length === 0 ? EXIT.done : EXIT.regression;
}

if (import.meta.main) await runMain(main);
