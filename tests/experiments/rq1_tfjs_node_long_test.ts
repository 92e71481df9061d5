/** A search on tfjs-node: the same on any number of workers, and beside the default. */

import assert from "node:assert/strict";
import { whereAvailable } from "../engine/where_available.ts";
import {
  finish,
  inFolder,
  type Json,
  type Outcome,
  reference,
  start,
} from "./_run.ts";
import { exists } from "./_traces.ts";

/**
 * What two teachers' accuracies may part by, which are near 0.7: roundings part
 * trainings of 50 steps, and one that learns nothing is at 0.1. The students are
 * there too, so tiny are they: their accuracies are not compared.
 */
const PART = 0.25;

/**
 * Proposals of the iterations before an accuracy has reached the policy: those
 * whose students are all rejected, and the first that trains one.
 */
function firstProposals({ deterministic }: Outcome): readonly Json[] {
  const { records } = deterministic.stages[0];
  const trains = ({ proposals }: Json) =>
    proposals.some(({ accuracy }: Json) => accuracy !== undefined);
  const last = records.findIndex(trains);
  return records.slice(0, last + 1)
    .flatMap(({ proposals }: Json) => proposals);
}

await whereAvailable("tfjs-node", "a search", () => {
  Deno.test("rq1 --engine tfjs-node gives equal records on 1 and 2 workers, and begins as onnx-cpu does", async () => {
    const onnx = await reference();
    await inFolder(async (folder) => {
      const on = (workers: number) =>
        finish(`${folder}/on-${workers}`, {
          flags: ["--engine", "tfjs-node", "--workers", `${workers}`],
        });
      const [one, two] = [await on(1), await on(2)];
      assert.equal(two.record, one.record);
      assert.notEqual(one.digest, onnx.digest);
      const { name, version, instructionSet } =
        one.deterministic.identity.engine;
      assert.equal(name, "tfjs-node");
      assert.match(version, /TensorFlow \d+\.\d+/);
      assert.match(instructionSet, /1 thread$/);
      // TensorFlow writes on standard error by itself, from its own threads.
      assert.doesNotMatch(
        one.stderr + two.stderr,
        /tensorflow\/|oneDNN|cpu_feature/,
      );
      const [here, there] = [firstProposals(one), firstProposals(onnx)];
      assert.deepEqual(
        here.map(({ actions, networkId }) => ({ actions, networkId })),
        there.map(({ actions, networkId }) => ({ actions, networkId })),
      );
      assert(here.some(({ accuracy }) => accuracy !== undefined));
      // Rejected alike.
      assert.deepEqual(
        here.map(({ accuracy, reward }) => accuracy ?? reward).map(Math.sign),
        there.map(({ accuracy, reward }) => accuracy ?? reward).map(Math.sign),
      );
      const [ours, theirs] = [one, onnx].map(({ deterministic }) =>
        deterministic.referenceAccuracy
      );
      assert(Math.abs(ours - theirs) <= PART, `${ours} and ${theirs}`);
    });
  });
});

const hasGpu = await whereAvailable("tfjs-node-gpu", "a search", () => {});
if (!hasGpu) {
  Deno.test("rq1 --engine tfjs-node-gpu says in one line what it needs and writes nothing when it is not there", async () => {
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const { code, stdout, stderr } = await start(results, {
        flags: ["--engine", "tfjs-node-gpu"],
      }).ended;
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      const told = stderr.split("\n").filter((line) => /gpu/.test(line));
      assert.equal(told.length, 2, stderr);
      assert.match(told[0]!, /Cannot open the engine "tfjs-node-gpu": .*CUDA/);
      assert.match(told[1]!, /"deno task engines" lists them$/);
      assert(!exists(results), "a results folder was made");
    });
  });
}
