import assert from "node:assert/strict";
import {
  compareRecords,
  type Comparison,
  leavesOf,
  PROJECT_RESULTS,
  regressionText,
} from "../../lib/lab/mod.ts";
import { boundText } from "../../lib/lab/regress/compare.ts";
import { TOLERANCES } from "../../lib/lab/regress/tolerances.ts";
import { createRecord, readRecord } from "../../lib/report/mod.ts";

/** A test's view of a record. */
// deno-lint-ignore no-explicit-any
type Json = any;

const PATH = "rq1/smoke/mnist-vgg13-w0.125-reinforce-s1.json";
const RECORD = readRecord(
  Deno.readTextFileSync(`${PROJECT_RESULTS}/${PATH}`),
  PATH,
) as Json;

/** The committed record with something else in it, as a run would have given it. */
function changed(change: (content: Json) => void): Json {
  const content = structuredClone(RECORD.deterministic);
  change(content);
  return createRecord(RECORD, content);
}

/** The same, obtained by another engine. */
function elsewhere(change: (content: Json) => void = () => {}): Json {
  return changed((content) => {
    content.identity.engine.name = "onednn";
    change(content);
  });
}

const textOf = (comparison: Comparison) =>
  regressionText({ checks: [{ name: "rq1/smoke/cell", comparison }] });

const unmet = ({ findings }: Comparison) =>
  findings.filter(({ isMet }) => !isMet);

Deno.test("compareRecords() is equal when a run gives the record", () => {
  const found = compareRecords(RECORD, changed(() => {}));
  assert.deepEqual([found.isEqual, found.isMet], [true, true]);
  assert.deepEqual([found.findings, found.applied], [[], []]);
  assert.equal(found.engines, undefined);
  assert(found.compared > 1_000, `${found.compared} fields`);
  assert.match(textOf(found), /\| all \d+ +\|.*\| equal +\| equal +\|/);
});

Deno.test("compareRecords() names field, expected and obtained when one number is another", () => {
  const { winner } = RECORD.deterministic.stages[0];
  const obtained = changed(({ stages: [{ winner }] }) => winner.test += 1e-4);
  const found = compareRecords(RECORD, obtained);
  assert.deepEqual([found.isEqual, found.isMet], [false, false]);
  const finding = {
    field: "stages.0.winner.test",
    expected: `${winner.test}`,
    obtained: `${winner.test + 1e-4}`,
    bound: "equal",
    isMet: false,
  };
  assert.deepEqual(found.findings, [finding]);
  const row = textOf(found).split("\n").find((line) =>
    line.includes(finding.field)
  )!;
  assert.deepEqual(row.split("|").map((cell) => cell.trim()).slice(2, 7), [
    finding.field,
    finding.expected,
    finding.obtained,
    "equal",
    "DIFFERENT",
  ]);
});

Deno.test("compareRecords() tells of a field that is gone or new", () => {
  const obtained = changed((content) => {
    delete content.referenceAccuracy;
    content.more = [];
  });
  assert.deepEqual(
    compareRecords(RECORD, obtained).findings.map((each) => [
      each.field,
      each.expected,
      each.obtained,
    ]),
    [
      [
        "referenceAccuracy",
        `${RECORD.deterministic.referenceAccuracy}`,
        "absent",
      ],
      ["more", "absent", "[]"],
    ],
  );
});

Deno.test("compareRecords() tells of options alone when they are others", () => {
  const obtained = changed((content) => {
    content.identity.config.student.epochs = 2;
    content.stages[0].winner.test = 0.1;
  });
  assert.deepEqual(
    compareRecords(RECORD, obtained).findings.map(({ field }) => field),
    ["identity.config.student.epochs"],
  );
});

Deno.test("compareRecords() applies bounds and says which when the engine is another", () => {
  const obtained = elsewhere(({ teacher, stages: [{ winner, records }] }) => {
    teacher.test -= 0.02;
    winner.test -= 0.05;
    winner.parameters *= 2;
    // What the policy learned is not compared, nor what it then proposed.
    records[0].update.loss += 1;
    records[2].proposals[0].actions[0] = 0;
  });
  const found = compareRecords(RECORD, obtained);
  assert.deepEqual([found.isEqual, found.isMet], [false, true]);
  assert.deepEqual(
    [found.engines?.expected.name, found.engines?.obtained.name],
    ["onnx-cpu", "onednn"],
  );
  assert(found.compared < found.fields);
  const text = textOf(found);
  assert.match(text, /recorded by onnx-cpu .* obtained by onednn .*bounds/);
  assert.match(text, /- teachers' accuracy: ± 10 points; /);
  assert.match(text, /teacher\.test +\| +0\.9745 +\| +0\.9545 +\| ± 10 points/);
});

Deno.test("compareRecords() applies bounds when only version or instruction set is another", () => {
  for (const key of ["version", "instructionSet"]) {
    const obtained = changed(({ identity: { engine } }) => engine[key] += "x");
    assert(compareRecords(RECORD, obtained).engines !== undefined, key);
  }
});

Deno.test("compareRecords() differs when another engine is off by more than a bound", () => {
  const cases: readonly (readonly [string, (content: Json) => void])[] = [
    ["teacher.test", ({ teacher }) => teacher.test -= 0.101],
    ["stages.1.winner.test", ({ stages }) => stages[1].winner.test -= 0.21],
    [
      "stages.0.winner.parameters",
      ({ stages }) => stages[0].winner.parameters = 1_000,
    ],
    // A search that found nothing where one was found.
    [
      "stages.0.winner.validation",
      ({ stages }) => delete stages[0].winner.validation,
    ],
    ["stages.0.records.0.proposals.1.actions.3", ({ stages }) => {
      const { actions } = stages[0].records[0].proposals[1];
      actions[3] = 1 - actions[3];
    }],
    [
      "stages.0.ledger.proposed",
      ({ stages }) =>
        stages[0].ledger.proposed = 2 * stages[0].ledger.proposed + 1,
    ],
    ["identity.config.images", ({ identity }) => identity.config.images++],
    ["teacher.parameters", ({ teacher }) => teacher.parameters++],
  ];
  for (const [field, change] of cases) {
    const found = compareRecords(RECORD, elsewhere(change));
    assert.equal(found.isMet, false, field);
    assert.deepEqual(unmet(found).map(({ field }) => field), [field]);
  }
});

Deno.test("compareRecords() allows another engine what was decided, to the edge", () => {
  // Whoever changes a tolerance says so here, too.
  assert.deepEqual(
    TOLERANCES.map(({ what, bound, mean }) =>
      [what, boundText(bound), ...mean ? [boundText(mean)] : []].join(": ")
    ),
    [
      "what is run: options, data, arm, seed: equal",
      "teachers' networks and sizes: equal",
      "limits on size: equal",
      "what is decided: equal",
      "students proposed: within 2x",
      "the first proposals: equal",
      "students that are drawn, enumerated or designed: equal",
      "teachers' accuracy: ± 10 points",
      "accuracy after final trainings: ± 20 points",
      "parameters of winners: within 4x",
      "accuracy of students after a short training: ± 35 points: ± 6 points",
      "rewards of the first proposals: ± 0.35",
    ],
  );
  const edges: readonly ((content: Json, times: number) => void)[] = [
    ({ teacher }, times) => teacher.test -= times * 0.1,
    ({ stages }, times) => stages[1].winner.test -= times * 0.2,
    ({ stages }, times) => stages[0].winner.parameters *= times * 4,
    ({ stages }, times) => stages[0].ledger.proposed *= times * 2,
    ({ stages }, times) =>
      stages[0].records[0].proposals[1].reward -= times * 0.35,
  ];
  for (const change of edges) {
    const isMet = (times: number) =>
      compareRecords(RECORD, elsewhere((content) => change(content, times)))
        .isMet;
    assert.deepEqual([isMet(0.999), isMet(1.001)], [true, false], `${change}`);
  }
});

Deno.test("compareRecords() compares students by network, and their mean, when the engine is another", () => {
  const path = "proxy/smoke/mnist-vgg13-w0.125-fidelity-s1.json";
  const text = Deno.readTextFileSync(`${PROJECT_RESULTS}/${path}`);
  const record = readRecord(text, path) as Json;
  const obtain = (change: (student: Json) => void) => {
    const content = structuredClone(record.deterministic);
    content.identity.engine.version += "x";
    content.students.reverse();
    content.students.forEach(change);
    return compareRecords(record, createRecord(record, content) as Json);
  };
  assert.deepEqual(unmet(obtain(() => {})), []);
  // Each is near, and all of them are lower: something is wrong.
  const lower = unmet(obtain((student) => {
    student.truth -= 0.2;
    student.truthOnScoring -= 0.2;
  }));
  assert.equal(lower.length, 1);
  assert.match(lower[0]!.field, /mean of 30$/);
  const far = unmet(obtain((student) => {
    if (student === undefined) return;
    student.parameters++;
  }));
  assert.equal(far.length, record.deterministic.students.length);
});

/** The content of a committed record. */
function contentOf(path: string): Json {
  const text = Deno.readTextFileSync(`${PROJECT_RESULTS}/${path}`);
  return readRecord(text, path).deterministic;
}

/** What is found where a committed record is changed and another engine gave it. */
function changedElsewhere(
  path: string,
  change: (content: Json) => void,
): Comparison {
  const text = Deno.readTextFileSync(`${PROJECT_RESULTS}/${path}`);
  const record = readRecord(text, path) as Json;
  const content = structuredClone(record.deterministic);
  content.identity.engine.version += "x";
  change(content);
  return compareRecords(record, createRecord(record, content) as Json);
}

/** Paths of a question's committed smoke records. */
function smokeOf(question: string): readonly string[] {
  const folder = `${question}/smoke`;
  return [...Deno.readDirSync(`${PROJECT_RESULTS}/${folder}`)]
    .map(({ name }) => `${folder}/${name}`)
    .filter((path) => /(?<!\.environment)\.json$/.test(path));
}

Deno.test("compareRecords() compares the first proposals of every smoke record when the engine is another", () => {
  const paths = ["rq1", "rq2", "rq4"].flatMap(smokeOf)
    .filter((path) => "stages" in contentOf(path));
  assert(paths.length >= 19, `${paths.length} records`);
  for (const path of paths) {
    const unmetOf = (change: (proposal: Json) => void) =>
      unmet(changedElsewhere(path, ({ stages: [{ records: [first] }] }) => {
        const { proposals } = first;
        change(
          proposals.find(({ networkId }: Json) => networkId) ?? proposals[0],
        );
      })).map(({ field }) => field);
    assert.deepEqual(unmetOf(() => {}), [], path);
    const cases: readonly (readonly [string, (proposal: Json) => void])[] = [
      ["networkId", (proposal) => proposal.networkId = "ab".repeat(32)],
      ["parameters", (proposal) => proposal.parameters++],
      ["actions\\.0", ({ actions }) => actions[0]++],
      ["accuracy", (proposal) => proposal.accuracy += 0.36],
      ["reward", (proposal) => proposal.reward -= 0.36],
    ];
    const { stages: [{ records: [first] }] } = contentOf(path);
    const isStudent = first.proposals.some(({ networkId }: Json) => networkId);
    for (const [key, change] of cases) {
      if (!isStudent && !/actions|reward/.test(key)) continue;
      const fields = unmetOf(change);
      assert.equal(fields.length, 1, `${path}: ${key}: ${fields}`);
      assert.match(
        fields[0]!,
        new RegExp(`^stages\\.0\\.records\\.0\\.proposals\\.\\d+\\.${key}$`),
      );
    }
  }
});

Deno.test("compareRecords() compares what untrained policies first earn when the engine is another", () => {
  const scores = ({ seeds }: Json) =>
    seeds.flatMap(({ source, scratch }: Json) =>
      [source, scratch].map(({ iterations: [first] }) => first)
    );
  for (const path of smokeOf("rq3")) {
    const unmetOf = (change: (first: Json) => void) =>
      unmet(
        changedElsewhere(path, (content) => scores(content).forEach(change)),
      ).map(({ field }) => field);
    assert.deepEqual(unmetOf(() => {}), [], path);
    assert(
      unmetOf((first) => first.accuracies.fill(0)).some((field) =>
        /mean of \d+$/.test(field)
      ),
      path,
    );
    assert(
      unmetOf((first) => first.rewards.fill(-1)).every((field) =>
        /^seeds\.\d\.(source|scratch)\.iterations\.0\.rewards\.\d$/.test(field)
      ),
      path,
    );
    assert.notDeepEqual(unmetOf((first) => first.rewards.fill(-1)), []);
    // One that is lacking is told, and the others are averaged all the same.
    assert(unmetOf((first) => first.accuracies.pop()).length >= 6, path);
  }
});

Deno.test("compareRecords() tells of a winner that only one of two engines found", () => {
  const path = "ablation/smoke/mnist-lenet5-w0.5-baseline-s1.json";
  const found = changedElsewhere(path, ({ arms: [{ searches: [search] }] }) => {
    delete search.chosen;
  });
  assert.equal(found.isMet, false);
  const lacking = unmet(found).filter(({ obtained }) => obtained === "absent");
  assert.deepEqual(lacking.map(({ field }) => field).sort(), [
    "arms.0.searches.0.chosen.accuracy",
    "arms.0.searches.0.chosen.parameters",
  ]);
});

Deno.test("leavesOf() names each end of a value, lists of students by network", () => {
  const value = {
    a: [1, { b: null }],
    c: [],
    d: [{ networkId: "x", e: 1 }, { networkId: "y", e: 2 }],
    f: [{ networkId: "x" }, { networkId: "x" }],
    g: [
      { networkId: "x", actions: ["01", "11"] },
      { networkId: "x", actions: ["10"] },
    ],
    proposals: [{ networkId: "y" }],
  };
  const paths = (byNetwork: boolean) => [...leavesOf(value, { byNetwork })];
  assert.deepEqual(paths(true), [
    ["a.0", 1],
    ["a.1.b", null],
    ["c", "[]"],
    ["d.x.networkId", "x"],
    ["d.x.e", 1],
    ["d.y.networkId", "y"],
    ["d.y.e", 2],
    ["f.0.networkId", "x"],
    ["f.1.networkId", "x"],
    ["g.x/01.networkId", "x"],
    ["g.x/01.actions.0", "01"],
    ["g.x/01.actions.1", "11"],
    ["g.x/10.networkId", "x"],
    ["g.x/10.actions.0", "10"],
    ["proposals.0.networkId", "y"],
  ]);
  assert.deepEqual(paths(false).at(3), ["d.0.networkId", "x"]);
});
