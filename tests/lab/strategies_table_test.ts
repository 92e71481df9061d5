import assert from "node:assert/strict";
import {
  enumerateStudents,
  type Enumeration,
  searchTable,
  studentTable,
} from "../../lib/lab/mod.ts";
import { networkId } from "../../lib/network/mod.ts";
import { createObjective, type Limits } from "../../lib/reward/mod.ts";
import {
  type Evaluation,
  runStage,
  type SearchPlan,
  stageSpace,
  STRATEGY_NAMES,
  type Student,
} from "../../lib/search/mod.ts";
import {
  CONFIG,
  failedEvaluation,
  fakeEvaluation,
  forAll,
  PLAN,
  POOLED,
  stageOptions,
  TEACHER,
} from "../search/_search.ts";

const CONFIG_OF_STAGE = { ...CONFIG, iterations: 8, rollouts: 5 };
const PLAN_OF_STAGE = { ...PLAN, config: forAll(CONFIG_OF_STAGE) };

const byNetwork = ({ network }: Student) => networkId(network);

/** A table's parts: some trainings fail, some students break a limit. */
function make(
  { limits = {}, evaluate = ({ network }) => fakeEvaluation(network) }: {
    readonly limits?: Limits;
    readonly evaluate?: (student: Student) => Evaluation;
  } = {},
) {
  const objective = createObjective({ teacher: TEACHER, limits });
  const space = stageSpace(PLAN_OF_STAGE, "removal", POOLED);
  const enumeration = enumerateStudents(space, {
    objective,
    identify: byNetwork,
  });
  const evaluations = enumeration.students.map(evaluate);
  const table = studentTable(enumeration, { evaluations, objective });
  return { objective, space, enumeration, table, evaluate };
}

/** Fails for every seventh network, as good as by chance. */
function failing({ network }: Student): Evaluation {
  return parseInt(networkId(network).slice(0, 6), 16) % 7 === 0
    ? failedEvaluation(network)
    : fakeEvaluation(network);
}

function listed({ students, rejected }: Enumeration): readonly string[] {
  return [
    ...students.flatMap(({ actions }) => actions),
    ...Object.values(rejected).flat(),
  ];
}

Deno.test("enumerateStudents() has every sequence once, and every student", () => {
  const { enumeration, space } = make();
  const { students, rejected, decisions } = enumeration;
  const free = space.sequence.mask.filter((isFree) => isFree).length;
  const all = listed(enumeration);
  assert.equal(all.length, 2 ** free);
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(decisions, space.decisions.map(({ leaves }) => leaves));
  const ids = students.map(({ network }) => networkId(network));
  assert.equal(new Set(ids).size, students.length);
  assert.ok(students.length < all.length, "no two sequences lead to one");
  for (const { identity, actions } of students) {
    for (const text of actions) {
      const outcome = space.apply([...text].map(Number));
      assert.ok(outcome.ok);
      assert.equal(networkId(outcome.network), identity);
      // Steps that are not free stay as they are.
      assert.ok(
        space.sequence.mask.every((isFree, i) => isFree || text[i] === "1"),
      );
    }
  }
  for (const [rule, sequences] of Object.entries(rejected)) {
    for (const text of sequences) {
      const outcome = space.apply([...text].map(Number));
      assert.ok(!outcome.ok);
      assert.equal(outcome.rejection.rule, rule);
    }
  }
});

Deno.test("enumerateStudents() leaves out students whose size alone is too much", () => {
  const maxParameters = Math.round(TEACHER.parameters / 2);
  const { enumeration } = make({ limits: { maxParameters } });
  const free = make().enumeration;
  assert.ok(enumeration.rejected.limit!.length > 0);
  assert.deepEqual(
    enumeration.students.map(({ identity }) => identity),
    free.students.filter(({ parameters }) => parameters <= maxParameters)
      .map(({ identity }) => identity),
  );
  assert.equal(listed(enumeration).length, listed(free).length);
});

Deno.test("enumerateStudents() tells students apart as it is told", () => {
  const { objective, space } = make();
  const { students } = enumerateStudents(space, {
    objective,
    identify: ({ origin }) => JSON.stringify(origin.leaves),
  });
  assert.ok(students.every(({ actions }) => actions.length === 1));
});

Deno.test("enumerateStudents() gives the same objects, and knows no other sequence", () => {
  const { enumeration, space } = make();
  const { actions: [text], network } = enumeration.students[3]!;
  const outcome = enumeration.outcomeOf([...text!].map(Number));
  assert.ok(outcome.ok && outcome.network === network);
  assert.equal(enumeration.studentOf(network), enumeration.students[3]);
  assert.throws(
    () => enumeration.outcomeOf(space.sequence.mask.map(() => 2)),
    RangeError,
  );
});

Deno.test("studentTable() ranks as a stage does, and puts what cannot be chosen last", () => {
  const { table } = make({
    evaluate: failing,
    limits: { minAccuracy: 0.2 },
  });
  const unfit = table.rows.map(({ failure, violation }) =>
    failure !== undefined || violation !== undefined
  );
  assert.ok(table.rows.some(({ failure }) => failure !== undefined));
  assert.ok(table.rows.some(({ violation }) => violation !== undefined));
  assert.deepEqual(unfit, unfit.toSorted((a, b) => Number(a) - Number(b)));
  const rewards = table.rows.filter((_, i) => !unfit[i]).map((row) =>
    row.reward
  );
  assert.deepEqual(rewards, rewards.toSorted((a, b) => b - a));
  for (const [place, { actions, accuracy }] of table.rows.entries()) {
    for (const text of actions) {
      const sequence = [...text].map(Number);
      assert.equal(table.rowOf(sequence), place);
      const outcome = table.enumeration.outcomeOf(sequence);
      assert.ok(outcome.ok);
      const student = table.enumeration.studentOf(outcome.network)!;
      assert.equal(table.evaluationOf(student).accuracy, accuracy);
    }
  }
});

Deno.test("searchTable() finds what the same stage finds by training", async (t) => {
  const limits = { minAccuracy: 0.1 };
  const { table, objective, evaluate } = make({ evaluate: failing, limits });
  for (const search of STRATEGY_NAMES) {
    await t.step(search, async () => {
      const plan: SearchPlan = { ...PLAN_OF_STAGE, search, seed: 5 };
      const { improvements, marks, seed } = await searchTable(table, {
        plan,
        teacher: POOLED,
        objective,
        marks: [7, 40],
      });
      assert.equal(seed, 5);
      const { records, candidates } = await runStage(stageOptions({
        base: POOLED,
        config: CONFIG_OF_STAGE,
        search,
        seed: 5,
        objective,
        evaluate: (student) => Promise.resolve(evaluate(student)),
      }));
      const proposals = records.flatMap((record) => record.proposals);
      assert.equal(proposals.length, 40);
      const chosen = table.rows[improvements.at(-1)!.row]!;
      assert.equal(chosen.networkId, candidates[0]!.networkId);
      assert.equal(chosen.reward, candidates[0]!.reward);
      const { proposed } = improvements.at(-1)!;
      assert.equal(proposals[proposed - 1]!.networkId, chosen.networkId);
      for (const mark of marks) {
        const until = proposals.slice(0, mark.proposed);
        const ids = until.flatMap(({ networkId }) => networkId ?? []);
        assert.equal(mark.distinct, new Set(ids).size);
        const sum = until.reduce((all, { reward }) => all + reward, 0);
        assert.equal(mark.meanReward, sum / mark.proposed);
      }
    });
  }
});

Deno.test("searchTable() stops where it is told to", async () => {
  const { table, objective } = make();
  const stop = new Error("stop");
  await assert.rejects(
    searchTable(table, {
      plan: PLAN_OF_STAGE,
      teacher: POOLED,
      objective,
      marks: [40],
      throwIfInterrupted() {
        throw stop;
      },
    }),
    stop,
  );
});
