import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  type Random,
  randomStream,
  restoreRandom,
} from "../../lib/random/mod.ts";

/**
 * First outputs of the 2018 xoroshiro128+ (rotations 24, 16, 37) from the state
 * 1, 2. Made by the C reference (prng.di.unimi.it/xoroshiro128plus.c); also the
 * test vector of the Rust crate rand_xoshiro.
 */
const REFERENCE_OUTPUTS = [
  3n,
  412333834243n,
  2360170716294286339n,
  9295852285959843169n,
  2797080929874688578n,
  6019711933173041966n,
  3076529664176959358n,
  3521761819100106140n,
  7493067640054542992n,
  920801338098114767n,
] as const;

/** xoroshiro128+ as published, on 64-bit integers: the oracle for the state. */
class Reference {
  constructor(public s0: bigint, public s1: bigint) {}

  next(): bigint {
    const output = BigInt.asUintN(64, this.s0 + this.s1);
    const mixed = this.s0 ^ this.s1;
    this.s0 = rotate(this.s0, 24n) ^ mixed ^ BigInt.asUintN(64, mixed << 16n);
    this.s1 = rotate(mixed, 37n);
    return output;
  }

  words(): number[] {
    return [this.s0 >> 32n, this.s0, this.s1 >> 32n, this.s1]
      .map((word) => Number(BigInt.asUintN(32, word)));
  }
}

function rotate(word: bigint, by: bigint): bigint {
  return BigInt.asUintN(64, word << by) | (word >> (64n - by));
}

function draws(random: Random): unknown[] {
  return [
    random.uniform(),
    random.normal(),
    random.integer(1000),
    random.categorical([0.25, 0.25, 0.5]),
    [...random.permutation(6)],
  ];
}

/** Sum of (observed - expected)^2 / expected. */
function chiSquare(
  counts: readonly number[],
  expected: readonly number[],
): number {
  return counts.reduce(
    (sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!,
    0,
  );
}

const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), {
  minLength: 4,
  maxLength: 4,
}).filter((state) => state.some((word) => word !== 0));

Deno.test("restoreRandom() gives the published outputs when it starts at state 1, 2", () => {
  const random = restoreRandom([0, 1, 0, 2]);
  for (const output of REFERENCE_OUTPUTS) {
    // An integer below 2^32 is one whole draw: the output's low half.
    assert.equal(
      random.integer(2 ** 32),
      Number(BigInt.asUintN(32, output)),
    );
  }
});

Deno.test("restoreRandom() follows the published recurrence when it starts anywhere", () => {
  const check = new Reference(1n, 2n);
  assert.deepEqual(REFERENCE_OUTPUTS.map(() => check.next()), [
    ...REFERENCE_OUTPUTS,
  ]);
  fc.assert(fc.property(words, ([a, b, c, d]) => {
    const random = restoreRandom([a!, b!, c!, d!]);
    const reference = new Reference(
      BigInt(a!) << 32n | BigInt(b!),
      BigInt(c!) << 32n | BigInt(d!),
    );
    for (let i = 0; i < 20; i++) {
      assert.equal(
        random.integer(2 ** 32),
        Number(BigInt.asUintN(32, reference.next())),
      );
      assert.deepEqual(random.state(), reference.words());
    }
  }));
});

Deno.test("restoreRandom() throws when the state is not a state", () => {
  const wrong = [
    [],
    [1, 2, 3],
    [1, 2, 3, 4, 5],
    [0, 0, 0, 0],
    [1, 2, 3, -1],
    [
      1,
      2,
      3,
      2 ** 32,
    ],
    [1, 2, 3, 0.5],
    [1, 2, 3, NaN],
  ];
  for (const state of wrong) {
    assert.throws(() => restoreRandom(state), {
      name: "RangeError",
      message: `Cannot restore a random stream: state is [${
        state.join(", ")
      }], expected four integers in [0, 2^32), not all 0`,
    });
  }
});

Deno.test("randomStream() starts at the first 128 bits of SHA-256 over its name", () => {
  const digest = createHash("sha256").update('[7,"student",3,"init"]')
    .digest();
  assert.deepEqual(
    randomStream(7, "student", 3, "init").state(),
    [0, 4, 8, 12].map((offset) => digest.readUInt32BE(offset)),
  );
});

Deno.test("randomStream() draws the pinned values when seed and name are the pinned ones", () => {
  // Every result depends on these: a change here changes all records.
  assert.deepEqual(draws(randomStream(1, "golden")), [
    0.20490819215774536,
    -0.09965047143588429,
    44,
    2,
    [2, 5, 0, 4, 3, 1],
  ]);
});

Deno.test("randomStream() does not depend on other streams when they are made or drawn before", () => {
  const alone = draws(randomStream(3, "b"));
  const other = randomStream(3, "a");
  other.permutation(100);
  const beside = randomStream(3, "b");
  other.uniform();
  assert.deepEqual(draws(beside), alone);
});

Deno.test("randomStream() gives different streams when seed or name differ", () => {
  const streams = [
    randomStream(1),
    randomStream(2),
    randomStream(1, ""),
    randomStream(1, "1"),
    randomStream(1, 1),
    randomStream(1, 1, 1),
    randomStream(1, "1,1"),
    randomStream(1, "a", "b"),
    randomStream(1, "ab"),
    randomStream(1, "b", "a"),
  ];
  const states = streams.map((stream) => stream.state().join());
  assert.equal(new Set(states).size, streams.length);
});

Deno.test("randomStream() throws when the seed or a name is not usable", () => {
  for (const seed of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => randomStream(seed), {
      name: "RangeError",
      message:
        `Cannot make a random stream: seed is ${seed}, expected a safe integer >= 1`,
    });
  }
  assert.throws(() => randomStream(1, NaN), {
    name: "RangeError",
    message:
      "Cannot make a random stream: name is NaN, expected a string or a finite number",
  });
});

Deno.test("Random.state() continues with the same draws when restored through JSON", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 2 ** 53 - 1 }),
    fc.nat(20),
    (seed, skip) => {
      const random = randomStream(seed, "x");
      for (let i = 0; i < skip; i++) random.normal();
      const snapshot = JSON.parse(JSON.stringify(random.state()));
      const expected = draws(random);
      assert.deepEqual(draws(restoreRandom(snapshot)), expected);
      assert.notDeepEqual(draws(random), expected);
    },
  ));
});

Deno.test("Random.state() does not move when the stream does", () => {
  const random = randomStream(1);
  const snapshot = random.state();
  const copy = [...snapshot];
  random.uniform();
  assert.deepEqual(snapshot, copy);
  assert.notDeepEqual(random.state(), copy);
});

Deno.test("Random.uniform() gives multiples of 2^-24 spread evenly over [0, 1)", () => {
  const random = randomStream(1, "uniform");
  const counts = new Array<number>(64).fill(0);
  const lowBits = new Array<number>(8).fill(0);
  for (let i = 0; i < 64_000; i++) {
    const x = random.uniform();
    assert.ok(x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24));
    assert.equal(x, Math.fround(x));
    counts[Math.floor(x * 64)]!++;
    lowBits[(x * 2 ** 24) % 8]!++;
  }
  // 99.99 % points of chi-square with 63 and 7 degrees of freedom.
  assert.ok(chiSquare(counts, counts.map(() => 1000)) < 113.6);
  assert.ok(chiSquare(lowBits, lowBits.map(() => 8000)) < 29.9);
});

Deno.test("Random.normal() has the normal distribution's octiles and moments", () => {
  const random = randomStream(1, "normal");
  const inner = [1.1503493803760079, 0.6744897501960817, 0.31863936396437514];
  const bounds = [...inner.map((z) => -z), 0, ...inner.toReversed()];
  const counts = new Array<number>(8).fill(0);
  let sum = 0;
  let squares = 0;
  let fourths = 0;
  const count = 80_000;
  for (let i = 0; i < count; i++) {
    const z = random.normal();
    assert.ok(Number.isFinite(z));
    counts[bounds.filter((bound) => z >= bound).length]!++;
    sum += z;
    squares += z ** 2;
    fourths += z ** 4;
  }
  assert.ok(chiSquare(counts, counts.map(() => count / 8)) < 29.9);
  // Four standard errors: variances of z, z^2, z^4 are 1, 2, 96.
  assert.ok(Math.abs(sum / count) < 4 * Math.sqrt(1 / count));
  assert.ok(Math.abs(squares / count - 1) < 4 * Math.sqrt(2 / count));
  assert.ok(Math.abs(fourths / count - 3) < 4 * Math.sqrt(96 / count));
});

Deno.test("Random.integer() is uniform when the bound is no power of two", () => {
  const random = randomStream(1, "integer");
  // 99.99 % points of chi-square with bound - 1 degrees of freedom.
  for (const [bound, limit] of [[2, 15.2], [3, 18.5], [10, 33.8]] as const) {
    const counts = new Array<number>(bound).fill(0);
    for (let i = 0; i < 2000 * bound; i++) counts[random.integer(bound)]!++;
    assert.ok(chiSquare(counts, counts.map(() => 2000)) < limit);
  }
});

Deno.test("Random.integer() stays in range when the bound is anything allowed", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 2 ** 32 }),
    fc.integer({ min: 1, max: 1000 }),
    (bound, seed) => {
      const drawn = randomStream(seed).integer(bound);
      assert.ok(Number.isInteger(drawn) && drawn >= 0 && drawn < bound);
    },
  ));
});

Deno.test("Random.integer() gives 0 without a draw when the bound is 1", () => {
  const random = randomStream(1);
  assert.equal(random.integer(1), 0);
  assert.deepEqual(random.state(), randomStream(1).state());
});

Deno.test("Random.integer() throws when the bound is out of range", () => {
  for (const bound of [0, -1, 1.5, NaN, 2 ** 32 + 1]) {
    assert.throws(() => randomStream(1).integer(bound), {
      name: "RangeError",
      message:
        `Cannot draw an integer: bound is ${bound}, expected an integer in [1, 2^32]`,
    });
  }
});

Deno.test("Random.categorical() draws each index as often as its probability says", () => {
  const random = randomStream(1, "categorical");
  const probabilities = Float32Array.of(0.1, 0, 0.2, 0.7);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    counts[random.categorical(probabilities)]!++;
  }
  assert.equal(counts[1], 0);
  counts.splice(1, 1);
  assert.ok(chiSquare(counts, [2000, 4000, 14_000]) < 18.5);
});

Deno.test("Random.categorical() gives the next index when the draw is just a bound", () => {
  // This state's first output is 2^31, so its uniform number is exactly 1/2.
  const state = [0, 2 ** 31, 0, 0];
  assert.equal(restoreRandom(state).uniform(), 0.5);
  assert.equal(restoreRandom(state).categorical([0.5, 0, 0.5]), 2);
});

Deno.test("Random.categorical() never draws an impossible index when rounding leaves a gap", () => {
  // The sum stays under the largest draw, so some draws fall in the gap.
  const random = randomStream(1, "gap");
  const drawn = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    drawn.add(random.categorical([0.9995, 0, 0]));
  }
  assert.deepEqual([...drawn], [0]);
});

Deno.test("Random.categorical() throws when the probabilities are none", () => {
  const random = randomStream(1);
  assert.throws(() => random.categorical([NaN, 1]), {
    name: "RangeError",
    message:
      "Cannot draw a category: probability 0 is NaN, expected a number >= 0",
  });
  assert.throws(() => random.categorical([-0.5, 1.5]), RangeError);
  for (const probabilities of [[], [0, 0], [1e-9, 1e-9]]) {
    assert.throws(() => random.categorical(probabilities), {
      name: "RangeError",
      message: /sum is \S+, expected 1$/,
    });
  }
});

Deno.test("Random.permutation() holds each index once when the length is any", () => {
  fc.assert(fc.property(fc.nat(300), fc.nat(1000), (length, name) => {
    const order = randomStream(1, name).permutation(length);
    assert.ok(order instanceof Uint32Array);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length }, (_, i) => i),
    );
  }));
});

Deno.test("Random.permutation() gives all orders equally often", () => {
  const random = randomStream(1, "permutation");
  const counts = new Map<string, number>();
  for (let i = 0; i < 24_000; i++) {
    const order = random.permutation(4).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  const observed = [...counts.values()];
  // 99.99 % point of chi-square with 23 degrees of freedom.
  assert.ok(chiSquare(observed, observed.map(() => 1000)) < 57.2);
});

Deno.test("Random.permutation() throws when the length is no length", () => {
  for (const length of [-1, 0.5, NaN]) {
    assert.throws(() => randomStream(1).permutation(length), {
      name: "RangeError",
      message:
        `Cannot draw a permutation: length is ${length}, expected an integer in [0, 2^32]`,
    });
  }
});
