import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import {
  cpuSeconds,
  describeEnvironment,
  formatDuration,
  isoTime,
  stopwatch,
} from "../../lib/cli/mod.ts";
import { inTemporaryFolder } from "./_temporary.ts";

async function git(folder: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("git", {
    args: ["-c", "user.name=n", "-c", "user.email=n@example.org", ...args],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).output();
  assert(success, args.join(" "));
}

Deno.test("describeEnvironment() has no commit outside a repository", async () => {
  await inTemporaryFolder(async (folder) => {
    const found = await describeEnvironment(pathToFileURL(`${folder}/`));
    assert.equal(found.commit, null);
    assert.equal(found.dirty, null);
    assert.equal(found.lock, null);
    assert.equal(found.deno, Deno.version.deno);
    assert.notEqual(found.cpu, "");
    assert(found.cores >= 1);
  });
});

Deno.test("describeEnvironment() is dirty when code changed, not results", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.mkdir(`${folder}/results`);
    await Deno.writeTextFile(`${folder}/results/a.md`, "1");
    await Deno.writeTextFile(`${folder}/code.ts`, "1");
    await Deno.writeTextFile(`${folder}/deno.lock`, "abc");
    await git(folder, "init", "--quiet");
    await git(folder, "add", "-A");
    await git(folder, "commit", "--quiet", "-m", "first");
    await Deno.writeTextFile(`${folder}/results/a.md`, "2");
    const root = pathToFileURL(`${folder}/`);
    const clean = await describeEnvironment(root);
    assert.match(clean.commit!, /^[0-9a-f]{40}$/);
    assert.equal(clean.dirty, false);
    // SHA-256 of "abc", FIPS 180-2 appendix B.1.
    assert.equal(
      clean.lock,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    await Deno.writeTextFile(`${folder}/code.ts`, "2");
    assert.equal((await describeEnvironment(root)).dirty, true);
  });
});

Deno.test("formatDuration() chooses units by size", () => {
  const texts = [0, 59.4, 59.6, 65, 3599.7, 3720].map(formatDuration);
  assert.deepEqual(texts, [
    "0 s",
    "59 s",
    "1 min 00 s",
    "1 min 05 s",
    "1 h 00 min",
    "1 h 02 min",
  ]);
});

Deno.test("stopwatch() and isoTime() read the clock given", () => {
  let timeMs = 1000;
  const clock = { epochMs: () => 1525089600000, monotonicMs: () => timeMs };
  const elapsed = stopwatch(clock);
  timeMs = 3500;
  assert.equal(elapsed(), 2.5);
  assert.equal(isoTime(clock), "2018-04-30T12:00:00.000Z");
  assert(cpuSeconds() > 0);
});
