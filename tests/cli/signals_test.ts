import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Interrupted, interruptible } from "../../lib/cli/mod.ts";

function setUp() {
  let timeMs = 0;
  const listeners = new Map<Deno.Signal, () => void>();
  const exits: number[] = [];
  const told: string[] = [];
  const interruption = interruptible({
    clock: { epochMs: () => 0, monotonicMs: () => timeMs },
    exit: (code) => void exits.push(code),
    tell: (line) => void told.push(line),
    listen: (signal, listener) => void listeners.set(signal, listener),
    unlisten: (signal) => void listeners.delete(signal),
  });
  return {
    interruption,
    exits,
    told,
    listeners,
    send: (signal: Deno.Signal, atMs: number) => {
      timeMs = atMs;
      listeners.get(signal)!();
    },
  };
}

Deno.test("interruptible() aborts once when the signal is doubled", () => {
  const { interruption, exits, told, send } = setUp();
  assert.equal(interruption.signal.aborted, false);
  send("SIGINT", 100);
  send("SIGINT", 105);
  send("SIGTERM", 1100);
  assert(interruption.signal.reason instanceof Interrupted);
  assert.equal(interruption.signal.reason.exitCode, 130);
  assert.deepEqual(exits, []);
  assert.equal(told.length, 1);
});

Deno.test("interruptible() exits 130 at once when a signal follows later", () => {
  const { exits, send } = setUp();
  send("SIGTERM", 100);
  send("SIGINT", 2100);
  assert.deepEqual(exits, [130]);
});

Deno.test("interruptible() stops listening when disposed", () => {
  const { interruption, listeners } = setUp();
  assert.equal(listeners.size, Deno.build.os === "windows" ? 1 : 2);
  interruption[Symbol.dispose]();
  assert.equal(listeners.size, 0);
});

const CONFIG = fileURLToPath(import.meta.resolve("../../deno.json"));

/**
 * Works in steps of 50 ms, "saves" at the end of a step. The polite one sends itself
 * each signal once more within 5 ms, and goes on until it has heard that, too.
 */
const PROGRAM = `
import { interruptible, print, runMain } from "${
  import.meta.resolve("../../lib/cli/mod.ts")
}";
const isPolite = Deno.args[0] === "polite";
let heard = 0;
if (isPolite) {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    Deno.addSignalListener(signal, () => {
      if (++heard === 1) setTimeout(() => Deno.kill(Deno.pid, signal), 5);
    });
  }
}
await runMain(async () => {
  using interruption = interruptible();
  print("ready");
  while (true) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!isPolite || heard < 2) continue;
    if (interruption.signal.aborted) print("saved");
    interruption.signal.throwIfAborted();
  }
});
`;

/** Starts the program, calls `act` when it is ready, collects what it said. */
async function runProgram(
  mode: string,
  act: (child: Deno.ChildProcess) => Promise<void> | void,
) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.ts`, PROGRAM);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--quiet",
        `--config=${CONFIG}`,
        `${folder}/program.ts`,
        mode,
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    let stdout = "";
    const readUntil = async (done: () => boolean): Promise<void> => {
      while (!done()) {
        const { value, done: ended } = await reader.read();
        if (ended) return;
        stdout += new TextDecoder().decode(value);
      }
    };
    await readUntil(() => stdout.includes("ready\n"));
    await act(child);
    await readUntil(() => false);
    const { code } = await child.status;
    const stderr = await new Response(child.stderr).text();
    return { code, stdout, stderr };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test({
  name:
    "interruptible() lets a process save and exit 130 when signals are real",
  ignore: Deno.build.os === "windows",
  async fn() {
    const runs = (["SIGINT", "SIGTERM"] as const).map((signal) =>
      runProgram("polite", (child) => child.kill(signal))
    );
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      assert.equal(code, 130);
      assert.equal(stdout, "ready\nsaved\n");
      assert.equal(
        stderr,
        "Stopping: finishing the step and saving; again to stop at once\n" +
          "Stopped; what is done is saved, the same command continues\n",
      );
    }
  },
});

Deno.test({
  name: "interruptible() ends a busy process when a second signal is real",
  ignore: Deno.build.os === "windows",
  async fn() {
    let signals = 0;
    const { code, stdout } = await runProgram("stubborn", async (child) => {
      // Two that arrive within a second are one, however late they are delivered.
      for (let isOver = false; !isOver; signals++) {
        child.kill("SIGINT");
        isOver = await Promise.race([
          child.status.then(() => true),
          pause(1300).then(() => false),
        ]);
      }
    });
    assert(signals >= 2, "once was enough");
    assert.equal(code, 130);
    assert.equal(stdout, "ready\n");
  },
});
