/** Every plan of stages, grain and strategy, from end to end. */

import assert from "node:assert/strict";
import { STRATEGY_NAMES } from "../../lib/search/mod.ts";
import {
  finish,
  inFolder,
  type Json,
  type Outcome,
  PROPOSALS,
  recordsOf,
  stageOf,
  start,
  writtenBy,
} from "./_run.ts";
import { exists } from "./_traces.ts";

/** What no page, table or figure may show; "(NaN)" is a row's label. */
const NO_NUMBER = /NaN(?!\))|Infinity|undefined|null/;

const LABELS: Readonly<Record<string, readonly string[]>> = {
  joint: ["stage 1 (joint)"],
  removal: ["stage 1 (removal)"],
  shrinkage: ["stage 1 (shrinkage)"],
  "removal,shrinkage": ["stage 1 (removal)", "stage 1+2 (shrinkage)"],
  "shrinkage,removal": ["stage 1 (shrinkage)", "stage 1+2 (removal)"],
};

/** Page, table and figures of an outcome are there, and show its stages. */
async function checkShown(
  results: string,
  { place, page, table, deterministic }: Outcome,
): Promise<void> {
  const { identity, stages } = deterministic;
  const labels = LABELS[identity.config.stages]!;
  const base = `${results}/${place.replace(/\.json$/, "")}`;
  const figures = [
    ...(stages.some(({ winner }: Json) => winner !== undefined)
      ? ["layers"]
      : []),
    "search",
    ...stages.map(({ kind }: Json) => kind),
  ];
  for (const name of figures) {
    const svg = await Deno.readTextFile(`${base}-${name}.svg`);
    assert.match(svg, /^<svg [^]*<\/svg>\n?$/);
    assert.doesNotMatch(svg, NO_NUMBER);
    assert(page.includes(`-${name}.svg)`), `${name} is not shown`);
  }
  assert.equal(page.match(/\.svg\)/g)!.length, figures.length);
  for (const kind of ["removal", "shrinkage", "joint"]) {
    assert.equal(exists(`${base}-${kind}.svg`), figures.includes(kind), kind);
  }
  for (const text of [page, table]) {
    assert.doesNotMatch(text, NO_NUMBER);
    for (const label of labels) assert(text.includes(`| ${label} `), label);
    // A row each, in the page's table and in the profile's.
    assert.equal(
      text.match(/^\| ([^|]*\| reinforce +\| )?stage 1[ +]/gm)!.length,
      labels.length,
    );
  }
}

/** Every proposal that is a student leaves what its stage may leave. */
function checkStages({ stages, teacher, identity }: Json): void {
  assert.deepEqual(
    stages.map(({ kind }: Json) => kind),
    identity.config.stages.split(","),
  );
  for (const { ledger, winner, finals, records } of stages) {
    assert.equal(ledger.proposed, PROPOSALS);
    assert(ledger.trained > 0);
    assert(winner.parameters < teacher.parameters);
    assert.equal(finals.length, 1);
    assert.equal(records.length, 3);
  }
}

const PLANS: readonly (readonly string[])[] = [
  ["--stages", "joint"],
  ["--stages", "removal"],
  ["--stages", "shrinkage"],
  ["--stages", "shrinkage,removal"],
  ["--space", "unit"],
  ["--space", "unit", "--stages", "joint"],
  [
    ...["--space", "block", "--network", "resnet18", "--width", "0.02"],
    ...["--removal.initial-keep-bias", "1"],
  ],
  ["--shrink.what", "all"],
  [
    ...["--faults", "misalignedActions", "--shrink.what", "all"],
    ...["--network", "resnet18", "--width", "0.02"],
    ...["--removal.initial-keep-bias", "1"],
  ],
];

Deno.test("rq1 runs every plan of stages and every grain, and shows it", async (t) => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    for (const flags of PLANS) {
      await t.step(flags.join(" "), async () => {
        const outcome = await finish(results, {
          flags: ["--final.epochs", "1", ...flags],
        });
        checkStages(outcome.deterministic);
        await checkShown(results, outcome);
        for (const stage of outcome.deterministic.stages) {
          const { decisions, records, bits } = stage;
          const [{ proposals, tendency }] = records;
          assert.equal(tendency.length, proposals[0].actions.length);
          assert(bits > 0);
          const isLeaves = !flags.includes("--space") &&
            !flags.includes("--shrink.what");
          assert.equal(decisions === undefined, isLeaves);
          if (decisions !== undefined) {
            assert.equal(decisions.length, tendency.length);
          }
        }
      });
    }
  });
});

Deno.test("rq1 runs every strategy, an arm each, and shows them in one table", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const compare = STRATEGY_NAMES.slice(1).join();
    const ended = await start(results, {
      flags: [
        ...["--compare", compare, "--stages", "removal"],
        // So short a search finds students with some seeds only.
        ...["--seed", "3"],
        // Or evolution would not have begun: its population is drawn at random.
        ...["--evolution.population", "3", "--evolution.tournament", "2"],
      ],
    }).ended;
    assert.equal(ended.code, 0, ended.stderr);
    const records = recordsOf(ended);
    assert.equal(writtenBy(ended).length, STRATEGY_NAMES.length);
    const first = new Map<string, Json>();
    const searches = new Set<string>();
    for (const name of STRATEGY_NAMES) {
      const cell = `mnist-vgg13-w0.03-${name}-s3`;
      const { deterministic } = JSON.parse(records.get(cell)!);
      const { identity } = deterministic;
      assert.deepEqual([identity.arm, identity.config.search], [name, name]);
      const removal = stageOf(deterministic, "removal");
      assert.equal(removal.ledger.proposed, PROPOSALS);
      assert.equal("policy" in removal, ["reinforce", "frozen"].includes(name));
      first.set(name, removal.records[0].proposals);
      searches.add(JSON.stringify(removal.records));
      for (const { update } of removal.records) {
        assert.equal(update !== undefined, name === "reinforce");
      }
      assert.match(
        ended.stdout,
        new RegExp(
          `^\\| VGG-13 on MNIST, width 0\\.03 \\| ${name} +\\| stage 1 `,
          "m",
        ),
      );
      assert(ended.stdout.includes(`- [${cell}](`));
    }
    assert.doesNotMatch(ended.stdout, NO_NUMBER);
    // The same policy begins alike; no two arms are the same search.
    assert.deepEqual(first.get("frozen"), first.get("reinforce"));
    assert.equal(searches.size, STRATEGY_NAMES.length);
  });
});

/** Above some proposals of the first stage, and below others. */
const MOST = 3000;

Deno.test("rq1 --limits.parameters rejects students that are too large before they are trained", async () => {
  await inFolder(async (folder) => {
    const results = `${folder}/results`;
    const short = ["--stages", "removal", "--final.epochs", "1"];
    const free = await finish(results, { flags: short });
    const limited = await finish(`${folder}/limited`, {
      flags: [...short, "--limits.parameters", `${MOST}`],
    });
    // The policy's first proposals are the same: its limit alone tells them apart.
    const [before] = stageOf(free.deterministic, "removal").records;
    const { records, ledger, winner } = stageOf(
      limited.deterministic,
      "removal",
    );
    let rejected = 0;
    for (const [k, proposal] of records[0].proposals.entries()) {
      const { actions, parameters, rejection } = before.proposals[k];
      assert.deepEqual(proposal.actions, actions);
      if (rejection !== undefined) {
        assert.deepEqual(proposal, before.proposals[k]);
      } else if (parameters <= MOST) {
        assert.equal(proposal.parameters, parameters);
      } else {
        rejected++;
        assert.equal(proposal.reward, -1);
        assert.equal(proposal.rejection.rule, "limit");
        assert.match(proposal.rejection.reason, new RegExp(`${parameters}`));
        assert(!("accuracy" in proposal));
      }
    }
    const all = records.flatMap(({ proposals }: Json) => proposals);
    const byLimit = all.filter(({ rejection }: Json) =>
      rejection?.rule === "limit"
    );
    assert(byLimit.length > 0, "no student was too large");
    assert(rejected <= byLimit.length);
    assert.equal(ledger.rejections.limit, byLimit.length);
    for (const { accuracy, parameters } of all) {
      if (accuracy !== undefined) assert(parameters <= MOST);
    }
    assert(winner === undefined || winner.parameters <= MOST);
    // Teacher, students and finals: nothing else was trained.
    assert.equal(
      limited.environment.evaluations.trained,
      1 + ledger.trained +
        stageOf(limited.deterministic, "removal").finals.length,
    );
  });
});
