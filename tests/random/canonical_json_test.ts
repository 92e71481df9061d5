import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../../lib/random/mod.ts";

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map(([key, x]) => [key, reversed(x)]),
  );
}

Deno.test("canonicalJson() sorts keys by code unit at every depth", () => {
  assert.equal(
    canonicalJson({ b: { d: 1, c: [{ z: 1, y: 2 }] }, B: 2, a: 3, "10": 4 }),
    '{"10":4,"B":2,"a":3,"b":{"c":[{"y":2,"z":1}],"d":1}}',
  );
});

Deno.test("canonicalJson() writes scalars as JSON does, and -0 as 0", () => {
  assert.equal(
    canonicalJson([null, true, false, -0, 0.1, 1e21, -1e-7, 'a"\n\u2028é']),
    '[null,true,false,0,0.1,1e+21,-1e-7,"a\\"\\n\u2028é"]',
  );
});

Deno.test("canonicalJson() leaves a member out when it is undefined", () => {
  assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
});

Deno.test("canonicalJson() is read back by JSON.parse and ignores key order when the value is any JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = canonicalJson(value);
    const back = JSON.parse(text);
    // JSON.stringify makes -0 into 0 here too.
    assert.deepEqual(back, JSON.parse(JSON.stringify(value)));
    assert.equal(canonicalJson(reversed(back)), text);
  }));
});

Deno.test("canonicalJson() throws RangeError when a number is not finite", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => canonicalJson({ a: [0, value] }), {
      name: "RangeError",
      message:
        `Cannot write canonical JSON: $.a[1] is ${value}, expected a finite number`,
    });
  }
});

Deno.test("canonicalJson() throws TypeError when JSON cannot hold the value", () => {
  const wrong = [
    undefined,
    [undefined],
    // deno-lint-ignore no-sparse-arrays -- holes are what is tested
    [1, , 2],
    () => 1,
    { a: Symbol("s") },
    1n,
    new Map(),
    Float32Array.of(1),
    new URL("file:///x"),
  ];
  for (const value of wrong) {
    assert.throws(() => canonicalJson(value), TypeError);
  }
  assert.throws(() => canonicalJson({ a: new Map() }), {
    message:
      "Cannot write canonical JSON: $.a is a Map, expected a plain object or array",
  });
});

Deno.test("canonicalJson() tells a cycle from an object that is used twice", () => {
  const shared = { x: 1 };
  assert.equal(canonicalJson([shared, shared]), '[{"x":1},{"x":1}]');
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assert.throws(() => canonicalJson(cycle), {
    name: "TypeError",
    message:
      "Cannot write canonical JSON: $.self is an object that contains itself, expected a tree",
  });
});
