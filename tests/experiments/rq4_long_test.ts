import assert from "node:assert/strict";
import { thisMachine } from "../../lib/search/mod.ts";
import {
  type CommandOptions,
  type Ended,
  inFolder,
  type Json,
  recordsOf,
  start,
} from "./_run.ts";
import { exists } from "./_traces.ts";

/** One stage, in which some students are too slow, too large or neither. */
const OPTIONS: CommandOptions = {
  script: "rq4_constraints.ts",
  config: `
stages: removal
limits: { iterations: 2 }
shares: { parameters: 0.5, latency: 0.9 }
compare: [parameters-soft, parameters-hard, parameters-late, latency-hard]
`,
};

const ARMS = ["free", "parameters-soft", "parameters-hard", "parameters-late"]
  .concat("latency-hard");

async function run(
  results: string,
  ...flags: readonly string[]
): Promise<Ended & { readonly cells: ReadonlyMap<string, Json> }> {
  const ended = await start(results, { ...OPTIONS, flags }).ended;
  assert.equal(ended.code, 0, ended.stderr);
  const cells = new Map(
    [...recordsOf(ended)].map(([name, text]) => [
      /-w[\d.]+-(.*)-s1$/.exec(name)![1]!,
      JSON.parse(text),
    ]),
  );
  return { ...ended, cells };
}

const proposalsOf = ({ deterministic: { stages } }: Json): readonly Json[] =>
  stages.flatMap(({ records }: Json) =>
    records.flatMap(({ proposals }: Json) => proposals)
  );

Deno.test("rq4 searches without limits and under each, repeats from its store, and elsewhere where time is not limited", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const { cells, stdout } = await run(results, "--workers", "2");
    assert.deepEqual([...cells.keys()].sort(), ARMS.toSorted());
    checkLimits(cells);
    checkLatency(cells.get("latency-hard"));
    assert.match(stdout, /^# RQ4: constraints/);
    assert.match(
      stdout,
      /\*\*Verdict: not decidable at this scale\.\*\* 1 pair/,
    );
    assert.match(
      stdout,
      new RegExp(`of ${RegExp.escape(thisMachine().cpu)} \\(`),
    );
    const figure = /!\[[^\]]*\]\(([^)]*-feasible\.svg)\)/.exec(stdout)![1]!;
    assert(exists(`${results}/rq4/${figure}`), figure);

    const digests = (of: typeof cells) =>
      new Map([...of].map(([name, { digest }]) => [name, digest]));
    const again = await run(results, "--workers", "1", "--fresh");
    assert.deepEqual(
      [...digests(again.cells)].sort(),
      [...digests(cells)].sort(),
    );
    assert.doesNotMatch(again.stderr, /differs from the record/);
    assert.equal(again.stdout.includes("not run yet"), false);

    const elsewhere = await run(
      `${folder}/elsewhere`,
      ...["--workers", "1", "--arms", "free,parameters-soft"],
    );
    for (const [name, { digest }] of elsewhere.cells) {
      assert.equal(digest, cells.get(name).digest, name);
    }
  });
});

function checkLimits(cells: ReadonlyMap<string, Json>): void {
  const free = cells.get("free");
  const { parameters } = free.deterministic.teacher;
  assert.equal(free.deterministic.limits, undefined);
  assert.equal(free.deterministic.identity.machine, undefined);
  const { kept } = free.deterministic.stageLimits[0];
  assert.deepEqual(Object.keys(kept).sort(), [
    "accuracy",
    "activations",
    "macs",
    "parameters",
  ]);
  const [first] = kept.parameters.proposals;
  const small = free.deterministic.stages[0].records[0].proposals.filter(
    (each: Json) => each.parameters <= parameters / 2,
  );
  assert.equal(first, small.length);

  const [hard, late] = ["parameters-hard", "parameters-late"].map((name) =>
    cells.get(name)
  );
  const most = Math.floor(parameters / 2);
  for (const { deterministic } of [hard, late]) {
    assert.deepEqual(deterministic.limits, { maxParameters: most });
    assert.equal(deterministic.identity.machine, undefined);
    const winner = deterministic.stages[0].winner;
    if (winner !== undefined) assert(winner.parameters <= most);
  }
  const seen = ({ actions, reward }: Json) => ({ actions, reward });
  assert.deepEqual(
    proposalsOf(late).map(seen),
    proposalsOf(hard).map(seen),
  );
  const trained = ({ deterministic }: Json) =>
    deterministic.stages[0].ledger.trained;
  const { untrained } = hard.deterministic.stageLimits[0];
  assert(untrained > 0, "the case needs a student that is too large");
  assert.equal(trained(late), trained(hard) + untrained);
  assert.equal(late.deterministic.stageLimits[0].untrained, 0);
}

function checkLatency(cell: Json): void {
  const { identity, limits, teacher } = cell.deterministic;
  assert.deepEqual(identity.machine, { ...thisMachine() });
  assert.equal(limits.maxLatencyMs, 0.9 * teacher.latency.medianMs);
  const { lowMs, medianMs, highMs, runs } = teacher.latency;
  assert(lowMs > 0 && lowMs <= medianMs && medianMs <= highMs && runs >= 51);
  for (const proposal of proposalsOf(cell)) {
    const { latencyMs, networkId, rejection } = proposal;
    if (networkId !== undefined) assert(latencyMs <= limits.maxLatencyMs);
    if (rejection?.rule === "limit") assert(latencyMs > limits.maxLatencyMs);
  }
}
