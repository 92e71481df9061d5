/** `--engine` in an experiment: a name, "auto", and an engine that is not there. */

import assert from "node:assert/strict";
import { engineNames, openFastestEngine } from "../../lib/engine/mod.ts";
import {
  finish,
  inFolder,
  reference,
  start,
  startRaw,
  tinyFlags,
} from "./_run.ts";
import { exists } from "./_traces.ts";

/** Makes a machine of one without oneDNN. */
const WITHOUT = { N2N_ONEDNN_LIBRARY: "/nonexistent/n2n/libdnnl.so.2" };

const AUTO = ["--engine", "auto", "--workers", "2"];

Deno.test("rq1 --help names every engine, auto, and why the default is the default", async () => {
  const { stdout } = await startRaw(["--help"]).ended;
  const words = stdout.replaceAll(/\s+/g, " ");
  const list = `${engineNames().join(", ")} or auto`;
  assert(words.includes(`--engine <${list}>; default onnx-cpu`), words);
  assert.match(words, /onnx-cpu is the default because it needs nothing/);
  assert.match(words, /auto takes the fastest that is there/);
});

Deno.test("rq1 --engine auto gives the bits of the engine that it takes, and says which", async () => {
  const { digest } = await reference();
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const run = await finish(results, { flags: AUTO, env: WITHOUT });
    assert.equal(run.digest, digest);
    const { engine } = run.deterministic.identity;
    assert.equal(engine.name, "onnx-cpu");
    assert.doesNotMatch(run.record, /"auto"/);
    assert(
      run.stderr.includes(
        `Engine onnx-cpu: ${engine.version}, ${engine.instructionSet}\n`,
      ),
      run.stderr,
    );
    assert.match(
      run.stderr,
      /^Engine onednn passed over: .*\/nonexistent\/.*; to get it: .*setup:onednn/m,
    );
    // The same run under the engine's own name.
    const flags = ["--dry-run", "--engine", "onnx-cpu"];
    const dry = await startRaw([...tinyFlags(results), ...flags]).ended;
    assert.match(dry.stdout, /^Stored in .*: \d+ evaluations/m);
    assert.doesNotMatch(dry.stderr, /Engine/);
    const again = await startRaw(
      [...tinyFlags(results), "--dry-run", ...AUTO],
      { env: WITHOUT },
    ).ended;
    assert.equal(
      again.stdout.replace(/ with 2 /, " with 1 "),
      dry.stdout.replace(/ with \d+ /, " with 1 "),
    );
    assert.match(again.stderr, /^Engine onnx-cpu: /m);
    const named = await finish(results, { flags: ["--engine", "onnx-cpu"] });
    assert.equal(named.environment.evaluations.trained, 0);
    assert.equal(named.record, run.record);
  });
});

const { engine: fastest, passedOver } = await openFastestEngine();
Deno.test(`rq1 --engine auto trains on the fastest engine that is there, which is ${fastest.name}`, async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const auto = await finish(results, { flags: AUTO });
    const { name, version, instructionSet } = fastest;
    assert.deepEqual(auto.deterministic.identity.engine, {
      name,
      version,
      instructionSet,
    });
    assert(
      auto.stderr.includes(`Engine ${name}: ${version}, ${instructionSet}\n`),
      auto.stderr,
    );
    assert.deepEqual(
      Array.from(
        auto.stderr.matchAll(/^Engine (\S+) passed over: /gm),
        ([, name]) => name,
      ),
      passedOver.map(({ engine }) => engine),
    );
    assert(auto.page.includes(`Engine ${name} (${version}`), auto.page);
  });
});

Deno.test("rq1 refuses an engine that is not there, says how to get it, and writes nothing", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const flags of [["--dry-run"], []]) {
      const { code, stdout, stderr } = await start(results, {
        flags: ["--engine", "onednn", ...flags],
        env: WITHOUT,
      }).ended;
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /Cannot open the engine "onednn": "\/nonexistent\//);
      assert.match(stderr, /deno task setup:onednn/);
      assert.match(stderr, /"deno task engines" lists them$/m);
      assert.doesNotMatch(stderr, /^ +at |Error/m);
      assert(!exists(results), "a results folder was made");
    }
  });
});

Deno.test("rq1 --engine auto takes the portable engine when FFI is not allowed", async () => {
  await inFolder(async (folder) => {
    const { code, stderr } = await start(`${folder}/results`, {
      flags: ["--engine", "auto", "--dry-run"],
      deno: ["--deny-ffi"],
    }).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Engine onednn passed over: /m);
    assert.match(stderr, /^Engine onnx-cpu passed over: /m);
    assert.match(stderr, /^Engine tfjs-node passed over: /m);
    assert.match(
      stderr,
      /^Engine onnx-wasm: onnxruntime-web [\d.]+, graph \d+, wasm simd128$/m,
    );
  });
});
