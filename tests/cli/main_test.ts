import assert from "node:assert/strict";
import {
  HelpRequest,
  type Main,
  runMain,
  UsageError,
  writeText,
} from "../../lib/cli/mod.ts";
import { MemorySink } from "./_temporary.ts";

async function outcome(main: Main) {
  const stdout = new MemorySink(3);
  const stderr = new MemorySink(3);
  const codes: number[] = [];
  const exit = (code: number) => void codes.push(code);
  await runMain(main, { args: ["--x"], stdout, stderr, exit });
  return { codes, stdout: stdout.text, stderr: stderr.text };
}

Deno.test("runMain() exits with what the program returns", async () => {
  assert.deepEqual((await outcome(() => {})).codes, [0]);
  assert.deepEqual((await outcome(() => Promise.resolve(3))).codes, [3]);
  const echoed = await outcome((args) => args.length);
  assert.deepEqual(echoed.codes, [1]);
});

Deno.test("runMain() prints the message only when an error is for people", async () => {
  const usage = await outcome(() => {
    throw new UsageError("--seed 0: expected an integer >= 1");
  });
  assert.deepEqual(usage, {
    codes: [2],
    stdout: "",
    stderr: "--seed 0: expected an integer >= 1\n",
  });
  const foreign = await outcome(() =>
    Promise.reject(Object.assign(new Error("data is gone"), { exitCode: 5 }))
  );
  assert.deepEqual(foreign.codes, [5]);
  assert.equal(foreign.stderr, "data is gone\n");
});

Deno.test("runMain() prints stack and cause when an error is a bug", async () => {
  const { codes, stderr } = await outcome(() => {
    throw new RangeError("boom", { cause: new TypeError("deep") });
  });
  assert.deepEqual(codes, [1]);
  assert.match(
    stderr,
    /^RangeError: boom\n {4}at [^]*\nCaused by TypeError: deep\n {4}at /,
  );
});

Deno.test("runMain() prints one line when the system refuses a file, wherever it is read", async () => {
  for (const path of [`${import.meta.filename}/x`, import.meta.dirname!]) {
    const { codes, stderr } = await outcome(async () => {
      await Deno.readTextFile(path);
    });
    assert.deepEqual(codes, [1]);
    assert.match(stderr, /^The system refuses \(E[A-Z]+\): .*; check that/);
    assert.ok(stderr.includes(path), stderr);
    assert.doesNotMatch(stderr, /^ +at /m);
  }
});

Deno.test("runMain() prints help on standard output", async () => {
  const { codes, stdout, stderr } = await outcome(() => {
    throw new HelpRequest("how to");
  });
  assert.deepEqual(codes, [0]);
  assert.equal(stdout, "how to\n");
  assert.equal(stderr, "");
});

Deno.test("runMain() keeps the exit code when stderr cannot be written", async () => {
  const codes: number[] = [];
  await runMain(() => {
    throw new UsageError("x");
  }, {
    stderr: {
      writeSync() {
        throw new Deno.errors.NotFound("gone");
      },
    },
    exit: (code) => void codes.push(code),
  });
  assert.deepEqual(codes, [2]);
});

Deno.test("writeText() is quiet when the reader went away", () => {
  writeText({
    writeSync() {
      throw new Deno.errors.BrokenPipe();
    },
  }, "text");
});

Deno.test({
  name: "writeText() throws FileError with the code when the disk is full",
  ignore: Deno.build.os !== "linux",
  fn() {
    using full = Deno.openSync("/dev/full", { write: true });
    assert.throws(
      () => writeText(full, "text"),
      /^FileError: Cannot write output \(ENOSPC\): /,
    );
  },
});
