import assert from "node:assert/strict";
import { createProgress } from "../../lib/cli/mod.ts";
import { MemorySink } from "./_temporary.ts";

function setUp(isTerminal: boolean, restored = 0) {
  const stream = new MemorySink();
  let timeMs = 5000;
  const progress = createProgress({
    label: "rq1",
    total: 100,
    restored,
    unit: "students",
    stream,
    now: () => timeMs,
    isTerminal,
    columns: 60,
  });
  return { stream, progress, wait: (ms: number) => void (timeMs += ms) };
}

Deno.test("createProgress() leaves restored and skipped steps out of the speed", () => {
  const { stream, progress, wait } = setUp(true, 50);
  progress.skip(10);
  assert.equal(stream.text, "\rrq1: 60/100 students (60 %)\x1b[K");
  stream.text = "";
  wait(10_000);
  progress.advance(20);
  // 20 students in 10 s; the 20 left take 10 s.
  assert.equal(
    stream.text,
    "\rrq1: 80/100 students (80 %), 2.0 students/s, ETA 10 s\x1b[K",
  );
});

Deno.test("createProgress() leaves the time of other work out of the speed", () => {
  const { stream, progress, wait } = setUp(true);
  wait(10_000);
  progress.advance(10);
  wait(500_000);
  progress.resume();
  wait(10_000);
  stream.text = "";
  progress.advance(10);
  assert.equal(
    stream.text,
    "\rrq1: 20/100 students (20 %), 1.0 students/s, ETA 1 min 20 s\x1b[K",
  );
});

Deno.test("createProgress() speaks of one where a step takes seconds", () => {
  for (
    const [unit, one] of [
      ["epochs", "epoch"],
      ["searches", "search"],
      ["processes", "process"],
      ["thousand images", "thousand image"],
    ] as const
  ) {
    const stream = new MemorySink();
    let timeMs = 0;
    const progress = createProgress({
      label: "rq1",
      total: 4,
      unit,
      stream,
      now: () => timeMs,
      isTerminal: false,
    });
    timeMs += 20_000;
    progress.advance();
    assert.ok(stream.text.includes(`, 20.0 s/${one}, `), stream.text);
  }
});

Deno.test("createProgress() prints plain lines seldom when not on a terminal", () => {
  const { stream, progress, wait } = setUp(false);
  for (let step = 0; step < 25; step++) {
    wait(1000);
    progress.advance(1, `reward ${step}`);
  }
  assert.equal(
    stream.text,
    "rq1: 10/100 students (10 %), 1.0 students/s, ETA 1 min 30 s, reward 9\n" +
      "rq1: 20/100 students (20 %), 1.0 students/s, ETA 1 min 20 s, reward 19\n",
  );
  progress.log("a line");
  assert.match(stream.text, /reward 19\na line\n$/);
  progress.finish();
  progress.finish();
  assert.match(stream.text, /a line\nrq1: 25\/100 [^\n]*\n$/);
});

Deno.test("createProgress() redraws at most ten times a second on a terminal", () => {
  const { stream, progress, wait } = setUp(true);
  for (let step = 0; step < 100; step++) {
    wait(10);
    progress.advance();
  }
  assert.equal(stream.text.split("\r").length - 1, 10);
  progress.finish();
  assert(
    stream.text.endsWith(
      "100/100 students (100 %), 100 students/s, in 1 s\x1b[K\n",
    ),
  );
});

Deno.test("createProgress() stays on one line of the terminal when notes are long", () => {
  const { stream, progress } = setUp(true);
  progress.advance(1, "x".repeat(200));
  assert.equal(stream.text.length, "\r\x1b[K".length + 59);
});

Deno.test("createProgress() shows seconds a step when steps are slow", () => {
  const { stream, progress, wait } = setUp(false);
  wait(90_000);
  progress.advance(2);
  // 98 students at 45 s are 4410 s.
  assert.match(stream.text, /45\.0 s\/student, ETA 1 h 13 min/);
});

Deno.test("createProgress() throws RangeError when there is nothing to do", () => {
  assert.throws(() => createProgress({ label: "x", total: 0 }), RangeError);
});

// Seen to fail: with the line cut at its end.
Deno.test("createProgress() keeps what is worth most on a narrow terminal", () => {
  const lineOf = (columns: number) => {
    const stream = new MemorySink();
    let timeMs = 0;
    const progress = createProgress({
      label: "rq1 mnist-vgg13 removal",
      total: 300,
      unit: "students",
      forecast: () => ({ seconds: 754, all: " (all: 41 min 02 s)" }),
      status: () => "2 workers here",
      stream,
      now: () => timeMs,
      isTerminal: true,
      columns,
    });
    timeMs = 4000;
    progress.advance(12, "reward 0.84");
    return stream.text.slice(1, -"\x1b[K".length);
  };
  const head = "rq1 mnist-vgg13 removal: 12/300 students (4 %)";
  const all = "ETA 12 min 34 s (all: 41 min 02 s)";
  assert.deepEqual([40, 65, 90, 110, 140].map(lineOf), [
    "rq1 mnist-vgg13 remova, ETA 12 min 34 s",
    `${head}, ETA 12 min 34 s, `.slice(0, 64),
    `${head}, ${all}, reward 0.84`.slice(0, 89),
    `${head}, 3.0 students/s, ${all}, reward 0.84`.slice(0, 109),
    `${head}, 3.0 students/s, ${all}, reward 0.84, 2 workers here`,
  ]);
});

// Seen to fail: without the usual width in the place of 0, and without a column free.
Deno.test("createProgress() fits terminals of any width, and of none", () => {
  for (const [columns, width] of [[0, 79], [1, 0], [2, 1], [20, 19]] as const) {
    const stream = new MemorySink();
    const progress = createProgress({
      label: "rq1 ".repeat(50),
      total: 3,
      stream,
      now: () => 0,
      isTerminal: true,
      columns,
    });
    progress.advance();
    const [before, line, ...more] = stream.text.replace("\x1b[K", "\r").split(
      "\r",
    );
    assert.deepEqual([before, line?.length, ...more], ["", width, ""]);
  }
});

const hasTerminals = await hasScript();

/** Whether there is util-linux's `script`, which makes terminals. */
async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("script", {
      args: ["--version"],
    }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// Seen to fail: with the look at TERM removed, and with a TERM that is no text refused.
Deno.test({
  name: hasTerminals
    ? "createProgress() sends a dumb terminal no codes"
    : "createProgress() on a dumb terminal is skipped, because there is no script of util-linux",
  ignore: !hasTerminals,
  fn: dumbTerminal,
});

async function dumbTerminal(): Promise<void> {
  const script = `import { createProgress } from "./lib/cli/mod.ts";
const progress = createProgress({ label: "x", total: 2 });
progress.advance(2);
progress.finish();`;
  // A terminal of util-linux; its output is what was sent.
  const run = async (TERM: string, before = "") => {
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", `${before}"$DENO" eval '${script}'`, "/dev/null"],
      cwd: new URL("../../", import.meta.url),
      env: { TERM, SHELL: "/bin/sh", DENO: Deno.execPath(), NO_COLOR: "1" },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  };
  assert((await run("xterm")).includes("\rx: 2/2 steps"));
  // The second is no text.
  for (
    const dumb of [
      await run("dumb"),
      await run("xterm", `TERM=$(printf "\\377") `),
    ]
  ) {
    assert.match(dumb, /x: 2\/2 steps/);
    assert(!dumb.includes("\x1b"));
  }
}
