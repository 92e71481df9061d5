import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compressionOf,
  constrainedReward,
  CONSTRAINT_MODES,
  createObjective,
  type Limits,
  type ObjectiveOptions,
  reward,
  type StudentSizes,
} from "../../lib/reward/mod.ts";

const TEACHER = { parameters: 1_000, accuracy: 0.8 } as const;

function sizesOf(parameters: number): StudentSizes {
  return {
    parameters,
    macs: 10 * parameters,
    activationBytes: 5 * parameters,
    weightBytes: 4 * parameters,
  };
}

const anyStudent = fc.record({
  sizes: fc.nat(1_200).map(sizesOf),
  accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
});
const limit = (max: number) =>
  fc.option(fc.integer({ min: 1, max }), { nil: undefined });
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  maxParameters: limit(1_500),
  maxMacs: limit(15_000),
  maxActivationBytes: limit(7_500),
  maxWeightBytes: limit(6_000),
  minAccuracy: fc.option(fc.constantFrom(0, 0.3, 0.9), { nil: undefined }),
}).map((limits) =>
  Object.fromEntries(
    Object.entries(limits).filter(([, value]) => value !== undefined),
  )
);

Deno.test("createObjective() gives exactly the reward when there are no limits", () => {
  const objective = createObjective({ teacher: TEACHER });
  fc.assert(fc.property(anyStudent, fc.nat(200), (student, iteration) => {
    const { sizes, accuracy } = student;
    const compression = compressionOf({
      studentParameters: sizes.parameters,
      teacherParameters: 1_000,
    });
    assert.equal(objective.rejects(sizes, iteration), undefined);
    assert.deepEqual(objective.score(student, iteration), {
      compression,
      reward: reward({ accuracy, teacherAccuracy: 0.8, compression }),
    });
  }));
});

Deno.test("rejects() refuses a size over its limit in any iteration when hard", () => {
  const objective = createObjective({
    teacher: TEACHER,
    limits: { maxParameters: 500 },
  });
  const text = "501 parameters, expected at most 500";
  for (const iteration of [0, 14, 15, 99]) {
    assert.equal(objective.rejects(sizesOf(500), iteration), undefined);
    assert.equal(objective.rejects(sizesOf(501), iteration), text);
    for (const accuracy of [0, 0.8, 1]) {
      const student = { sizes: sizesOf(501), accuracy };
      assert.deepEqual(objective.score(student, iteration), {
        compression: 1 - 501 / 1_000,
        reward: -1,
        violation: text,
      });
    }
  }
});

Deno.test("rejects() lets a size over its limit train until nothing is left of its reward when soft", () => {
  const limits = { maxMacs: 5_000 };
  const text = "6,000 multiply-accumulates an image, expected at most 5,000";
  const rejected = (options: Partial<ObjectiveOptions>) => {
    const objective = createObjective({
      teacher: TEACHER,
      limits,
      mode: "soft",
      ...options,
    });
    return [0, 1, 2, 14, 15, 99].map((iteration) =>
      objective.rejects(sizesOf(600), iteration)
    );
  };
  const none = undefined;
  assert.deepEqual(rejected({}), [none, none, none, none, text, text]);
  assert.deepEqual(rejected({ iterations: 2 }), [
    none,
    none,
    text,
    text,
    text,
    text,
  ]);
});

Deno.test("rejects() never refuses when late, and score() is that of hard", () => {
  const options = { teacher: TEACHER, limits: { maxMacs: 5_000 } };
  const hard = createObjective(options);
  const late = createObjective({ ...options, mode: "late" });
  for (const parameters of [400, 600]) {
    const student = { sizes: sizesOf(parameters), accuracy: 0.8 };
    for (const iteration of [0, 20]) {
      assert.equal(late.rejects(student.sizes, iteration), undefined);
      assert.deepEqual(
        late.score(student, iteration),
        hard.score(student, iteration),
      );
    }
  }
  assert.equal(
    late.score({ sizes: sizesOf(600), accuracy: 0.8 }, 0).reward,
    -1,
  );
});

Deno.test("score() falls from the reward to -1 when soft and broken", () => {
  const objective = createObjective({
    teacher: TEACHER,
    limits: { maxParameters: 400 },
    mode: "soft",
    iterations: 2,
  });
  const student = { sizes: sizesOf(500), accuracy: 0.8 };
  // R = 1 * 0.5 * 1.5 = 0.75; epsilon 1, 1/16, 0 of (R + 1), less 1
  assert.deepEqual(
    [0, 1, 2, 3].map((t) => objective.score(student, t).reward),
    [0.75, 1.75 / 16 - 1, -1, -1],
  );
  assert.equal(
    objective.score(student, 0).violation,
    "500 parameters, expected at most 400",
  );
});

Deno.test("score() punishes an accuracy below its limit when the size is met", () => {
  const options = { teacher: TEACHER, limits: { minAccuracy: 0.7 } };
  const student = { sizes: sizesOf(500), accuracy: 0.4 };
  const hard = createObjective(options);
  assert.equal(hard.rejects(student.sizes, 0), undefined);
  assert.deepEqual(hard.score(student, 0), {
    compression: 0.5,
    reward: -1,
    violation: "an accuracy of 0.4, expected at least 0.7",
  });
  const soft = createObjective({ ...options, mode: "soft" });
  // R = 0.5 * 0.75
  assert.equal(soft.score(student, 0).reward, 0.375);
  assert.equal(soft.score(student, 15).reward, -1);
});

Deno.test("score() is -1 whatever the accuracy when rejects() gives a reason", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      anyStudent,
      anyLimits,
      fc.constantFrom(...CONSTRAINT_MODES),
      fc.nat(30),
      ({ sizes, accuracy }, limits, mode, iteration) => {
        const objective = createObjective({ teacher: TEACHER, limits, mode });
        const reason = objective.rejects(sizes, iteration);
        const score = objective.score({ sizes, accuracy }, iteration);
        if (reason !== undefined) {
          refused++;
          assert.equal(score.reward, -1);
          assert.equal(score.violation, reason);
        }
        const free = createObjective({ teacher: TEACHER })
          .score({ sizes, accuracy }, iteration);
        assert.equal(score.compression, free.compression);
        assert.equal(
          score.reward,
          constrainedReward({
            reward: free.reward,
            violated: score.violation !== undefined,
            mode,
            iteration,
          }),
        );
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(refused > 50, `only ${refused} refused`);
});

Deno.test("createObjective() throws when a number is out of range", () => {
  const bad: readonly (readonly [Partial<ObjectiveOptions>, string])[] = [
    [
      { limits: { maxParameters: 0 } },
      "Cannot limit students: maxParameters is 0, expected a number > 0",
    ],
    [
      { limits: { maxMacs: NaN } },
      "Cannot limit students: maxMacs is NaN, expected a number > 0",
    ],
    [
      { limits: { maxActivationBytes: -1 } },
      "Cannot limit students: maxActivationBytes is -1, expected a number > 0",
    ],
    [
      { limits: { maxWeightBytes: -1 } },
      "Cannot limit students: maxWeightBytes is -1, expected a number > 0",
    ],
    [
      { limits: { minAccuracy: 90 } },
      "Cannot limit students: minAccuracy is 90, expected 0 <= minAccuracy <= 1",
    ],
    [
      { iterations: 0 },
      "Cannot compute the constraint schedule: iterations is 0, expected a finite number >= 1",
    ],
    [
      { teacher: { parameters: 0, accuracy: 0.5 } },
      "Cannot compute compression: teacherParameters is 0, expected an integer >= 1",
    ],
    [
      { teacher: { parameters: 10, accuracy: 0 } },
      "Cannot compute reward: teacherAccuracy is 0, expected 0 < teacherAccuracy <= 1",
    ],
  ];
  for (const [change, message] of bad) {
    assert.throws(() => createObjective({ teacher: TEACHER, ...change }), {
      name: "RangeError",
      message,
    });
  }
});
