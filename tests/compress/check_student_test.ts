import assert from "node:assert/strict";
import type { Network } from "../../lib/network/mod.ts";
import { checkStudent } from "../../lib/compress/mod.ts";
import { conv, GLOBAL, LINEAR, PLAIN } from "./_networks.ts";

const TEACHER: Network = {
  input: [1, 8, 8],
  blocks: [conv(20), GLOBAL, LINEAR],
};

function student(...blocks: Network["blocks"]): Network {
  return { input: [1, 8, 8], blocks };
}

Deno.test("checkStudent() finds nothing when a student is smaller and valid", () => {
  assert.equal(
    checkStudent(student(conv(10), GLOBAL, LINEAR), TEACHER),
    undefined,
  );
});

Deno.test("checkStudent() names the broken rule when there is one", () => {
  const rules = [
    student(conv(10, { kernel: 11, padding: 0 }), GLOBAL, LINEAR),
    student(conv(10), GLOBAL, { ...LINEAR, outFeatures: 9 }),
    student(conv(10), GLOBAL),
    student(conv(9), GLOBAL, LINEAR),
    TEACHER,
  ].map((candidate) => checkStudent(candidate, TEACHER)?.rule);
  assert.deepEqual(rules, [
    "shape",
    "classes",
    // Without a linear layer the 10 channels are the classes: valid.
    undefined,
    "linearTooSmall",
    "noReduction",
  ]);
  assert.deepEqual(
    checkStudent(student(conv(10), { ...LINEAR, outFeatures: 9 }), TEACHER),
    {
      rule: "classes",
      reason: "the output shape is [9,1,1], expected [10,1,1]",
    },
  );
});

Deno.test("checkStudent() applies bounds inclusively when they are given", () => {
  const small = student(conv(15), GLOBAL, LINEAR);
  const check = (maxLinearInputs: number, minLinearInputs: number) =>
    checkStudent(small, TEACHER, { maxLinearInputs, minLinearInputs })?.rule;
  assert.equal(check(15, 15), undefined);
  assert.equal(check(14, 1), "linearTooLarge");
  assert.equal(check(50, 16), "linearTooSmall");
});

Deno.test("checkStudent() looks at the flattened input only when there are several linear layers", () => {
  const narrow = { ...LINEAR, outFeatures: 4 };
  const candidate = student(conv(10), GLOBAL, narrow, LINEAR);
  assert.equal(checkStudent(candidate, PLAIN), undefined);
});

Deno.test("checkStudent() throws when the base network is not valid", () => {
  const broken = student(conv(0), GLOBAL, LINEAR);
  assert.throws(() => checkStudent(TEACHER, broken), {
    name: "RangeError",
    message: /outChannels is 0, expected an integer >= 1/,
  });
});
