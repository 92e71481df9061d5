import assert from "node:assert/strict";
import { betterWithoutWeights, chooseStudent } from "../../lib/demo/mod.ts";
import { type KnownStudent, knownStudents } from "../../lib/lab/mod.ts";
import type { Shape } from "../../lib/network/mod.ts";
import { RESULTS, STUDENT } from "./_demo.ts";

const GREY: Shape = [1, 28, 28];
const COLOUR: Shape = [3, 32, 32];

/** A cell, "rq1/laptop/a", whose student takes some images, if it has weights. */
function cell(name: string, input?: Shape): KnownStudent {
  const [question, profile, cell] = name.split("/") as [string, string, string];
  return {
    question,
    profile,
    cell,
    ...(input === undefined
      ? {}
      : { student: { name: `${name}/shrinkage`, input } }),
  };
}

// Seen to fail: with the ranks of profile and drawing exchanged.
Deno.test("chooseStudent() takes what can be drawn for, then the laptop profile's, then rq1's", () => {
  const cells = [
    cell("rq1/smoke+0123abcd/a", GREY),
    cell("rq4/paper/b", COLOUR),
    cell("rq4/paper/c", GREY),
    cell("rq4/laptop/d", COLOUR),
    cell("rq1/laptop/e", COLOUR),
    cell("rq2/laptop/f", GREY),
    cell("rq1/laptop/g", GREY),
    cell("rq1/laptop+0123abcd/h", GREY),
    cell("rq1/laptop/i"),
  ];
  const order: string[] = [];
  for (let left: readonly KnownStudent[] = cells;;) {
    const chosen = chooseStudent(left);
    if (chosen === undefined) break;
    order.push(chosen.cell);
    left = left.filter((each) => each !== chosen);
  }
  assert.equal(order.join(""), "ghfcaedb");
});

// Seen to fail: with the profile left out of the condition.
Deno.test("betterWithoutWeights() names a cell of rq1's laptop profile, unless one is shown", () => {
  const [smoke, other, bare, whole] = [
    cell("rq1/smoke/a", GREY),
    cell("rq1/smoke/d"),
    cell("rq1/laptop/b"),
    cell("rq1/laptop/c", GREY),
  ];
  assert.equal(betterWithoutWeights([other, smoke, bare], smoke), bare);
  assert.equal(betterWithoutWeights([bare], undefined), bare);
  assert.equal(betterWithoutWeights([bare, whole], whole), undefined);
  assert.equal(betterWithoutWeights([other, smoke], smoke), undefined);
});

Deno.test("knownStudents() finds the last winner whose weights lie beside its record", async () => {
  const known = await knownStudents(RESULTS);
  const found = known.find(({ student }) => student?.name === STUDENT);
  assert.deepEqual(found, {
    question: "rq1",
    profile: "smoke",
    cell: "mnist-vgg13-w0.125-reinforce-s1",
    student: { name: STUDENT, input: GREY },
  });
  assert(known.some(({ student }) => student === undefined));
  assert.deepEqual(await knownStudents(`${RESULTS}/none`), []);
});
