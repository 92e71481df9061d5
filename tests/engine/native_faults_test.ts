/** What engines with a native runtime do when a call of it fails. */

import assert from "node:assert/strict";
import { type Batch, openEngine } from "../../lib/engine/mod.ts";
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
const onnx = watchOnnx();

await whereAvailable("onednn", "what failing calls do", () => {
  testRuns("onednn", { live: onednn, call: /_execute$/, least: 30 });
  testCreations("onednn", { live: onednn, call: /_create$/, least: 100 });
});
await whereAvailable("onnx-cpu", "what failing calls do", () => {
  testRuns("onnx-cpu", { live: onnx, call: /^run/, least: 2 });
  testCreations("onnx-cpu", { live: onnx, call: /^create$/, least: 1 });
});

/** Which calls fail, one after the other, and how many there must be. */
interface Faults {
  readonly live: Live;
  readonly call: RegExp;
  readonly least: number;
}

function testRuns(name: string, { live, call, least }: Faults): void {
  Deno.test(`${name} step() rejects and goes on unharmed when any call of the runtime fails`, async () => {
    const engine = await openEngine(name);
    await withProgram(engine, problem, async (program) => {
      const step = () =>
        program.step(first, {
          learningRate: 0.1,
          random: dropoutStream(problem),
        });
      await step();
      const before = program.state();
      const loss = await step();
      const after = program.state();
      const held = live.count();
      let failures = 0;
      while (true) {
        program.restore(before);
        const failed = live.failAt(failures + 1, call);
        const error = await step().then(() => undefined, String);
        if (!failed()) break;
        failures++;
        assert.match(error ?? "", /fails|out of memory/, `call ${failures}`);
        assert.deepEqual(program.state(), before, `state, call ${failures}`);
        assert.equal(await step(), loss, `after failure ${failures}`);
        assert.deepEqual(program.state(), after, `after failure ${failures}`);
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
  Deno.test(`${name} compile() and predict() leave nothing behind when any call that makes something fails`, async () => {
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
    await withProgram(engine, problem, async (program) => {
      const { images, size } = first;
      const held = live.count();
      let failures = 0;
      while (true) {
        const failed = live.failAt(failures + 1, call);
        const error = await program.predict(images, size).then(
          () => undefined,
          String,
        );
        if (!failed()) break;
        failures++;
        assert.match(error ?? "", /fails|out of memory/, `call ${failures}`);
        assert.equal(live.count(), held, `failure ${failures} of predict()`);
      }
      assert.ok(failures >= 1, `${failures} calls`);
    });
    assert.equal(live.count(), before);
  });
}
