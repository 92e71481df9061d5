import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { withSession } from "../../lib/lab/session/session.ts";

// Seen to fail: without waiting for what is under way (deno task test:mutations).
Deno.test("withSession() keeps its store open until trainings handed in their checkpoints", async () => {
  const folder = await Deno.makeTempDir();
  const options = {
    profile: "smoke",
    seed: 1,
    engine: "onnx-wasm",
    workers: 1,
    results: folder,
    fresh: false,
    dryRun: false,
  };
  const saved: string[] = [];
  try {
    await assert.rejects(
      withSession(options, ({ evaluator, store }) => {
        const { settled } = evaluator;
        // A training that needs a while to stop, as all do.
        Object.assign(evaluator, {
          async settled() {
            await settled.call(evaluator);
            await sleep(1);
            store.putCheckpoint("run", { step: 1, json: "{}", blobs: {} });
            saved.push(store.getCheckpoint("run")!.json);
          },
        });
        return Promise.reject(new Error("stopped"));
      }),
      /^Error: stopped$/,
    );
    assert.deepEqual(saved, ["{}"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

// Seen to fail: the signal came before anybody listened, and the work began.
Deno.test("withSession() begins nothing when it was interrupted while the engine was loading", async () => {
  const folder = await Deno.makeTempDir();
  const session = new URL("../../lib/lab/session/session.ts", import.meta.url);
  const script = `
    import { withSession } from ${JSON.stringify(session.href)};
    const options = {
      profile: "smoke", seed: 1, engine: "onnx-wasm", workers: 1,
      results: ${JSON.stringify(folder)}, fresh: false, dryRun: false,
    };
    const ended = withSession(options, () => {
      console.log("begun");
      return Promise.resolve();
    });
    Deno.kill(Deno.pid, "SIGINT");
    await ended.catch((error) => console.log(error.name));
  `;
  try {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdin: "null",
      stderr: "null",
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "Interrupted\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
