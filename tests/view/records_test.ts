import assert from "node:assert/strict";
import { winnerOrigins } from "../../lib/lab/mod.ts";
import { leaves } from "../../lib/network/mod.ts";
import { createReport, openResults } from "../../lib/view/mod.ts";
import { CELL, CONTENT, inFolder, RESULTS } from "./_folder.ts";

const ID = `rq1/smoke/${CELL}`;

async function recorded() {
  const results = openResults(RESULTS, {
    store: false,
    questions: ["rq1"],
    profile: "smoke",
  });
  return { results, runs: await results.summaries() };
}

Deno.test("openResults() tells of a recorded search what its record does", async () => {
  const { results, runs } = await recorded();
  const run = runs.find(({ id }) => id === ID)!;
  assert.equal(run.state, "done");
  assert.equal(run.subject, "VGG-13 on MNIST, width 0.125");
  const ledgers = CONTENT.stages.map(({ ledger }) => ledger);
  for (const key of ["proposed", "rejected", "trained"] as const) {
    const sum = ledgers.reduce((all, ledger) => all + ledger[key], 0);
    assert.equal(run.cost![key], sum, key);
  }
  const course = results.course(ID)!;
  assert.equal(course.teacher!.parameters, CONTENT.teacher.parameters);
  assert.equal(course.teacher!.macs, CONTENT.teacher.macs);
  for (const [i, { records, winner }] of CONTENT.stages.entries()) {
    const { students, iterations, winner: place } = course.stages[i]!;
    const proposals = records.flatMap((record) => record.proposals);
    assert.deepEqual(students.reward, proposals.map(({ reward }) => reward));
    assert.deepEqual(
      students.accuracy,
      proposals.map(({ accuracy }) => accuracy ?? null),
    );
    assert.deepEqual(
      iterations.map(({ tendency }) => tendency),
      records.map(({ tendency }) => tendency),
    );
    assert.equal(students.macs[place!], winner!.macs);
    assert.equal(students.parameters[place!], winner!.parameters);
  }
});

Deno.test("openResults() opens every student with layers that make up its size", async () => {
  const { results } = await recorded();
  const { stages } = results.course(ID)!;
  let opened = 0;
  for (const [stage, { students }] of stages.entries()) {
    for (const [student, parameters] of students.parameters.entries()) {
      const view = results.student(ID, { stage, student });
      assert.equal(view === undefined, parameters === null);
      if (view === undefined) continue;
      opened++;
      const sum = (at: 2 | 3) =>
        view.left.reduce((all, layer) => all + layer[at], 0);
      assert.equal(sum(2), parameters);
      assert.equal(sum(3), students.macs[student]);
    }
  }
  assert(opened > 10);
});

Deno.test("openResults() follows a second stage's student back to the teacher", async () => {
  const { results } = await recorded();
  const course = results.course(ID)!;
  const origin = winnerOrigins(CONTENT).find(({ stage }) => stage === 1)!;
  const view = results.student(ID, {
    stage: 1,
    student: course.stages[1]!.winner!,
  })!;
  // Of the rows' heads and small layers, in order, those that are left.
  const kept = view.left.flatMap(([digits]) => [...digits])
    .flatMap((digit, leaf) => digit === "1" ? [leaf] : []);
  assert.deepEqual(kept, [...origin.leaves]);
  const channels = leaves(origin.network).flatMap(({ layer }) =>
    layer.type === "conv" ? [layer.outChannels] : []
  );
  const rows = course.teacher!.layers;
  assert.deepEqual(
    view.left.filter(([digits], i) =>
      digits[0] === "1" && rows[i]!.label.startsWith("conv")
    ).map(([, own]) => own),
    channels,
  );
  assert.deepEqual(
    view.trainings.map(({ name, accuracy }) => [name, accuracy]),
    [
      ["search", CONTENT.stages[1]!.winner!.searchAccuracy],
      ["final", CONTENT.stages[1]!.winner!.validation],
    ],
  );
});

Deno.test("createReport() holds every student", async () => {
  const { results, runs } = await recorded();
  const steps: string[] = [];
  const report = await createReport(results, {
    onStep: (done, total) => steps.push(`${done}/${total}`),
  });
  assert.deepEqual(report.runs, runs);
  const { length } = runs;
  assert.deepEqual(
    steps,
    Array.from({ length: length + 1 }, (_, done) => `${done}/${length}`),
  );
  for (const [stage, { students }] of report.courses[ID]!.stages.entries()) {
    for (const student of students.reward.keys()) {
      const place = report.students[ID]![stage]![student]!;
      assert.deepEqual(
        report.views[place],
        results.student(ID, { stage, student }),
      );
    }
  }
});

Deno.test("openResults() tells why a damaged record is not shown", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/rq1/smoke`;
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/rq1/smoke.json`,
      JSON.stringify({ format: 1, cells: [{ name: CELL }] }),
    );
    const results = openResults(folder);
    const [lacking] = await results.summaries();
    assert.deepEqual([lacking!.state, lacking!.reason], ["not run", undefined]);
    const text = await Deno.readTextFile(`${RESULTS}/rq1/smoke/${CELL}.json`);
    await Deno.writeTextFile(
      `${path}/${CELL}.json`,
      text.replace('"seed": 1', '"seed": 9'),
    );
    const [damaged] = await results.summaries();
    assert.equal(damaged!.state, "not run");
    assert.match(damaged!.reason!, /the file was changed after the run/);
    results.close();
  });
});
