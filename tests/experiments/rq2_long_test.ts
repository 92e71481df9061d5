import assert from "node:assert/strict";
import {
  type CommandOptions,
  type Ended,
  inFolder,
  type Json,
  recordsOf,
  start,
  writtenBy,
} from "./_run.ts";
import { exists } from "./_traces.ts";

/** Student-epochs of a stage of two. */
const BUDGET = 3;

/** Few students, all of them inheriting. */
const OPTIONS: CommandOptions = {
  script: "rq2_scalability.ts",
  flags: [
    ...["--network", "vgg11", "--width", "0.03", "--images", "320"],
    ...["--method", "best"],
    ...["--teacher.epochs", "1", "--final.epochs", "2"],
    ...["removal", "shrinkage"].flatMap((stage) => [
      ...[`--${stage}.iterations`, "9", `--${stage}.rollouts`, "2"],
      ...[`--${stage}.budget`, `${BUDGET}`],
    ]),
    ...["--final.halving", "[{ students: 2, epochs: 1 }]"],
  ],
};

const STAGES: Readonly<Record<string, readonly string[]>> = {
  "removal-shrinkage": ["removal", "shrinkage"],
  "shrinkage-removal": ["shrinkage", "removal"],
  joint: ["joint"],
  removal: ["removal"],
  shrinkage: ["shrinkage"],
};

async function run(results: string, workers: number): Promise<Ended> {
  const flags = [...OPTIONS.flags!, "--workers", `${workers}`];
  const ended = await start(results, { ...OPTIONS, flags }).ended;
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

const read = (path: string) => Deno.readTextFileSync(path);

Deno.test("rq2 runs all plans at equal budget, and makes one page of them", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const first = await run(results, 2);
    const records = recordsOf(first);
    assert.deepEqual(
      [...records.keys()].toSorted(),
      Object.keys(STAGES).map((plan) => `mnist-vgg11-w0.03-${plan}-s1`)
        .toSorted(),
    );
    for (const [name, text] of records) {
      const { identity, stages } = JSON.parse(text).deterministic;
      const kinds: string[] = stages.map(({ kind }: Json) => kind);
      assert.deepEqual(kinds, STAGES[identity.arm], name);
      const [single] = kinds.length === 1 ? stages : [];
      const budget = single === undefined ? BUDGET : 2 * BUDGET;
      for (const { ledger, policy, winner } of stages) {
        // No iteration begins after the budget is spent: two students too many at most.
        assert(ledger.studentEpochs >= budget, `${name}: ${budget}`);
        assert(ledger.studentEpochs < budget + 2, name);
        assert.equal(policy, undefined, name);
        assert(winner !== undefined, name);
      }
      // Its student's ancestor was not trained before: a longer training stands for it.
      const { final } = identity.config;
      assert.equal(final.epochs, single === undefined ? 2 : 3, name);
    }

    const place = writtenBy(first)[0]!.replace(/\/[^/]*$/, "");
    const page = `${place}.md`;
    assert.equal(first.stdout.trimEnd(), read(page).trimEnd());
    assert.match(read(page), /^# RQ2: .*\n\n\*\*Claim\.\*\* /);
    assert.match(read(page), /\*\*Verdict: not decidable at this scale\.\*\*/);
    assert.doesNotMatch(read(page), /undefined|NaN|Infinity/);
    const [figure, cell] = [/\]\((.*-best\.svg)\)/, /\]\((.*-joint-s1\.md)\)/]
      .map((pattern) => `${results}/rq2/${pattern.exec(read(page))![1]}`);
    assert(exists(figure!) && exists(cell!));
    assert.doesNotMatch(read(cell!), /\.svg/);
    // Policies are not kept.
    assert(!exists(`${place}/mnist-vgg11-w0.03-joint-s1.joint.policy`));

    // From its store, on one worker: the same bits, and the same page.
    const before = [page, figure!].map(read);
    const again = await run(results, 1);
    assert.deepEqual(
      new Map([...recordsOf(again)].toSorted()),
      new Map([...records].toSorted()),
    );
    assert.equal(read(figure!), before[1]);
  });
});

Deno.test("rq2 refuses a plan that there is not", async () => {
  await inFolder(async (folder) => {
    const flags = ["--compare", "both"];
    const { code, stderr } = await start(`${folder}/results`, {
      script: "rq2_scalability.ts",
      flags,
    }).ended;
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /^--compare both: expected .*removal-shrinkage, .*joint/,
    );
  });
});
