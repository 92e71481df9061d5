import assert from "node:assert/strict";
import { assertClose } from "./compare.ts";

function close(actual: number[], expected: number[], floor = 0): boolean {
  try {
    assertClose(actual, expected, { what: "x", tolerance: 1e-4, floor });
    return true;
  } catch (error) {
    assert.ok(error instanceof assert.AssertionError);
    return false;
  }
}

Deno.test("assertClose() measures by the largest expected value when values differ", () => {
  assert.equal(close([10, 0.0009], [10, 0]), true);
  assert.equal(close([10, 0.0011], [10, 0]), false);
  assert.equal(close([1e-9], [0]), false);
  assert.equal(close([1e-9], [0], 1), true);
  assert.equal(close([1, 2], [1]), false);
});

Deno.test("assertClose() takes NaN for NaN alone when values are not finite", () => {
  assert.equal(close([NaN, 1], [NaN, 1]), true);
  assert.equal(close([NaN, 1], [1, 1]), false);
  assert.equal(close([1, 1], [NaN, 1]), false);
  assert.equal(close([NaN], [Infinity]), false);
  assert.equal(close([Infinity], [Infinity]), true);
  assert.equal(close([-Infinity], [Infinity]), false);
  assert.equal(close([Infinity], [1]), false);
});
