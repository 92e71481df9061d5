/** How a process speaks: to a person, quietly, or to a program. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const PROJECT = new URL("../../", import.meta.url);

const SCRIPT = `
import { z } from "zod";
import {
  createProgress, emit, notify, parseOptions, print, runMain, UsageError, warn,
} from "./lib/cli/mod.ts";
await runMain((args) => {
  const { fail } = parseOptions({
    name: "deno task speak",
    summary: "Says a word of each kind",
    examples: ["deno task speak"],
    schema: z.strictObject({ fail: z.boolean().default(false).describe("Fails") }),
  }, args);
  notify("a message");
  warn("a warning");
  const progress = createProgress({ label: "work", total: 2, unit: "steps" });
  progress.log("a line");
  progress.advance(2, "all of it");
  progress.finish();
  emit({ event: "record", digest: "abc" });
  print("a table\\nof two lines");
  if (fail) throw new UsageError("a mistake");
});`;

/** Runs the script with the project's imports. */
async function speak(...args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--ext=ts", "-", ...args],
    cwd: fileURLToPath(PROJECT),
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([SCRIPT]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Events, less what differs from run to run. */
function eventsOf(stdout: string) {
  return stdout.trimEnd().split("\n").map((line) => {
    const { time, seconds, perSecond, ...event } = JSON.parse(line);
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(seconds === undefined, event.event !== "progress");
    assert.equal(perSecond === undefined, event.event !== "progress");
    return event;
  });
}

Deno.test("a process speaks to a person by default", async () => {
  const { code, stdout, stderr } = await speak();
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "a table\nof two lines\n");
  assert.match(
    stderr,
    /^a message\na warning\na line\nwork: 2\/2 steps .*, all of it\n$/,
  );
});

// Seen to fail: with warn() silent under --quiet.
Deno.test("--quiet says results, warnings and errors alone", async () => {
  assert.deepEqual(await speak("--quiet"), {
    code: 0,
    stdout: "a table\nof two lines\n",
    stderr: "a warning\n",
  });
  const failed = await speak("--quiet", "--fail");
  assert.equal(failed.code, 2);
  assert.equal(failed.stderr, "a warning\na mistake\n");
});

// Seen to fail: with print() as text.
Deno.test("--json says everything as events", async () => {
  const events = [
    { event: "message", text: "a message" },
    { event: "warning", text: "a warning" },
    { event: "message", text: "a line" },
    {
      event: "progress",
      ...{ label: "work", done: 2, total: 2, unit: "steps" },
      note: "all of it",
    },
    { event: "record", digest: "abc" },
    { event: "output", text: "a table\nof two lines" },
  ];
  const done = await speak("--json");
  assert.equal(done.stderr, "");
  assert.deepEqual(eventsOf(done.stdout), [
    ...events,
    { event: "end", exitCode: 0 },
  ]);
  const failed = await speak("--json", "--fail");
  assert.equal(failed.stderr, "");
  assert.equal(failed.code, 2);
  assert.deepEqual(eventsOf(failed.stdout), [
    ...events,
    { event: "error", text: "a mistake", exitCode: 2 },
    { event: "end", exitCode: 2 },
  ]);
});

Deno.test("--quiet and --json are refused together, as an event where asked", async () => {
  const { code, stderr } = await speak("--quiet", "--json");
  assert.equal(code, 2);
  assert.match(stderr, /^--quiet and --json: expected one of them, or none\n/);
  const unknown = await speak("--json", "--nonsense");
  assert.equal(unknown.code, 2);
  assert.deepEqual(
    eventsOf(unknown.stdout).map(({ event }) => event),
    ["error", "end"],
  );
});
