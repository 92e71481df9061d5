/** What engines with a native runtime do when a call of it fails. */

import assert from "node:assert/strict";
import { type Batch, openEngine, type Program } from "../../lib/engine/mod.ts";
import * as native from "../../lib/engine/onnx/runtime.ts";
import * as web from "../../lib/engine/onnx/web_runtime.ts";
import { type Live, watchOnednn, watchOnnx } from "./live.ts";
import { EVERYTHING, linear, OPTIMISERS } from "./networks.ts";
import { dropoutStream, makeProblem, withProgram } from "./problem.ts";
import { whereAvailable } from "./where_available.ts";

const problem = makeProblem(EVERYTHING, {
  seed: 51,
  size: 3,
  batchSize: 4,
  optimiser: OPTIMISERS["SGD with nesterov"]!,
});
const [first] = problem.batches as [Batch];

const onednn = watchOnednn();
const onnx = watchOnnx(native);
const wasm = watchOnnx(web);

await whereAvailable("onednn", "what failing calls do", () => {
  const call = /_execute$/;
  testRuns("onednn step()", { live: onednn, call, least: 30, use: step });
  testRuns("onednn observe()", { live: onednn, call, least: 10, use: observe });
  testCreations("onednn", { live: onednn, call: /_create$/, least: 100 });
});
await whereAvailable("onnx-cpu", "what failing calls do", () => {
  const call = /^run/;
  testRuns("onnx-cpu step()", { live: onnx, call, least: 2, use: step });
  testRuns("onnx-cpu observe()", { live: onnx, call, least: 2, use: observe });
  testCreations("onnx-cpu", { live: onnx, call: /^create$/, least: 1 });
});
await whereAvailable("onnx-wasm", "what failing calls do", () => {
  const call = /^run/;
  testRuns("onnx-wasm step()", { live: wasm, call, least: 2, use: step });
  testRuns("onnx-wasm observe()", { live: wasm, call, least: 2, use: observe });
  testCreations("onnx-wasm", { live: wasm, call: /^create$/, least: 1 });
});

/** Which calls fail, one after the other, and how many there must be. */
interface Faults {
  readonly live: Live;
  readonly call: RegExp;
  readonly least: number;
}

/** Something that changes a program. */
type Use = (program: Program) => Promise<number | void>;

function step(program: Program): Promise<number> {
  return program.step(first, {
    learningRate: 0.1,
    random: dropoutStream(problem),
  });
}

function observe(program: Program): Promise<void> {
  return program.observe(first.images, first.size, 0.5);
}

/** @param what The engine's name and the method that `use` calls. */
function testRuns(
  what: string,
  { live, call, least, use }: Faults & { readonly use: Use },
): void {
  Deno.test(`${what} rejects and goes on unharmed when any call of the runtime fails`, async () => {
    const engine = await openEngine(what.split(" ")[0]!);
    await withProgram(engine, problem, async (program) => {
      await use(program);
      const before = await program.state();
      const value = await use(program);
      const after = await program.state();
      const held = live.count();
      let failures = 0;
      while (true) {
        program.restore(before);
        const failed = live.failAt(failures + 1, call);
        const error = await use(program).then(() => undefined, String);
        if (!failed()) break;
        failures++;
        assert.match(error ?? "", /fails|out of memory/, `call ${failures}`);
        assert.deepEqual(
          await program.state(),
          before,
          `state, call ${failures}`,
        );
        assert.equal(await use(program), value, `after failure ${failures}`);
        assert.deepEqual(
          await program.state(),
          after,
          `after failure ${failures}`,
        );
        assert.equal(live.count(), held, `after failure ${failures}`);
      }
      assert.ok(failures >= least, `${failures} calls`);
    });
  });
}

/** Its first layer cannot read the images as they come. */
const REORDERED = makeProblem({
  input: [2, 3, 3],
  blocks: [{ type: "batchNorm" }, linear(3)],
}, { seed: 52, size: 3 });

function testCreations(name: string, { live, call, least }: Faults): void {
  Deno.test(`${name} compile(), predict() and observe() leave nothing behind when any call that makes something fails`, async () => {
    const engine = await openEngine(name);
    const before = live.count();
    let failures = 0;
    for (const { network, plan } of [REORDERED, problem]) {
      failures = 0;
      while (true) {
        const failed = live.failAt(failures + 1, call);
        const error = await engine.compile(network, plan).then(
          (program) => program.dispose(),
          String,
        );
        if (!failed()) break;
        failures++;
        assert.match(error ?? "", /fails|out of memory/, `call ${failures}`);
        assert.equal(live.count(), before, `failure ${failures} of compile()`);
      }
    }
    assert.ok(failures >= least, `${failures} calls`);
    const uses: Record<string, (program: Program) => Promise<unknown>> = {
      "predict()": (program) => program.predict(first.images, first.size),
      "observe()": observe,
    };
    for (const [method, use] of Object.entries(uses)) {
      await withProgram(engine, problem, async (program) => {
        const held = live.count();
        let failures = 0;
        while (true) {
          const failed = live.failAt(failures + 1, call);
          const error = await use(program).then(() => undefined, String);
          if (!failed()) break;
          failures++;
          assert.match(error ?? "", /fails|out of memory/, `call ${failures}`);
          assert.equal(live.count(), held, `failure ${failures} of ${method}`);
        }
        assert.ok(failures >= 1, `${failures} calls`);
      });
    }
    assert.equal(live.count(), before);
  });
}
