import assert from "node:assert/strict";
import {
  type SpreadOptions,
  spreadStudents,
} from "../../lib/lab/fidelity/spread_students.ts";
import {
  countParameters,
  lenet5,
  type Network,
  networkId,
  resnet,
  vgg,
} from "../../lib/network/mod.ts";

const BASES: Readonly<Record<string, Network>> = {
  resnet18: resnet({
    depth: 18,
    input: [3, 32, 32],
    classes: 10,
    width: 0.25,
  }),
  vgg13: vgg({ depth: 13, input: [1, 28, 28], classes: 10, width: 0.25 }),
};

function spread(base: Network, more: Partial<SpreadOptions> = {}) {
  return spreadStudents({
    base,
    count: 24,
    seed: 1,
    shrink: {},
    draws: 60,
    ...more,
  });
}

for (const [name, base] of Object.entries(BASES)) {
  Deno.test(`spreadStudents() spreads over sizes and kinds (${name})`, () => {
    const students = spread(base);
    assert.equal(students.length, 24);
    assert.equal(new Set(students.map((each) => each.networkId)).size, 24);
    const whole = countParameters(base);
    const sizes = students.map(({ parameters }) =>
      Math.log(parameters / whole)
    );
    assert.deepEqual(sizes, sizes.toSorted((a, b) => a - b));
    // 3 % to 90 %, without a gap wider than three of the 23 steps between them.
    const step = Math.log(0.9 / 0.03) / 23;
    assert.ok(sizes[0]! >= Math.log(0.03) && sizes.at(-1)! <= Math.log(0.9));
    assert.ok(sizes[0]! < Math.log(0.05) && sizes.at(-1)! > Math.log(0.8));
    for (const [i, size] of sizes.slice(1).entries()) {
      assert.ok(size - sizes[i]! < 3 * step, `${i}: ${size - sizes[i]!}`);
    }
    const kinds = Map.groupBy(students, ({ kind }) => kind);
    for (const kind of ["removal", "shrinkage", "joint"] as const) {
      assert.ok((kinds.get(kind)?.length ?? 0) >= 6, kind);
    }
    for (const student of students) {
      assert.equal(student.networkId, networkId(student.network));
      assert.equal(student.parameters, countParameters(student.network));
      assert.equal(student.outcome.network, student.network);
    }
  });
}

Deno.test("spreadStudents() repeats when its seed does and differs otherwise", () => {
  const ids = (seed: number) =>
    spread(BASES["vgg13"]!, { seed }).map((each) => each.networkId);
  assert.deepEqual(ids(1), ids(1));
  assert.notDeepEqual(ids(1), ids(2));
});

Deno.test("spreadStudents() spreads over the sizes that there are", () => {
  // With ten channels at least, LeNet-5 keeps its linear layer's 48,000 parameters.
  const base = lenet5({ input: [1, 28, 28], classes: 10 });
  const students = spread(base, { count: 4, draws: 200 });
  const shares = students.map(({ parameters }) =>
    parameters / countParameters(base)
  );
  assert.ok(shares.every((share) => share > 0.6 && share <= 0.9));
  assert.ok(shares.at(-1)! - shares[0]! > 0.15, shares.join());
});

Deno.test("spreadStudents() throws when count is out of range or students are few", () => {
  const base = BASES["vgg13"]!;
  assert.throws(() => spread(base, { count: 1 }), {
    name: "RangeError",
    message: "Cannot spread students: count is 1, expected a whole number >= 2",
  });
  assert.throws(
    () => spread(base, { share: { least: 0.5, most: 0.5001 } }),
    /were drawn, expected at least 24; draw more or allow other sizes/,
  );
});
