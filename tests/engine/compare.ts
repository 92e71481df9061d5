import assert from "node:assert/strict";
import { nameOf, type Outcome, type Problem, type Solver } from "./problem.ts";

/** Relative error that engines may differ by, and what it is relative to. */
export interface Closeness {
  readonly what: string;
  readonly tolerance: number;
  /** Lower bound of the scale; default 0. */
  readonly floor?: number;
}

/**
 * Asserts that two arrays differ by at most the tolerance times the expected
 * one's max-norm. NaN equals only NaN, an infinity only itself.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { what, tolerance, floor = 0 }: Closeness,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  const scale = Math.max(floor, maxNorm(expected));
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    const close = Number.isFinite(e)
      ? Math.abs(a - e) <= tolerance * scale
      : Object.is(a, e);
    assert.ok(
      close,
      `${what}[${i}] is ${a}, expected ${e} within ${tolerance} of ${scale}`,
    );
  }
}

/** Largest absolute value among the finite ones. */
export function maxNorm(values: ArrayLike<number>): number {
  let norm = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > norm && size < Infinity) norm = size;
  }
  return norm;
}

/** How the outcomes of a problem are compared. */
export interface Comparison {
  /** Relative error of logits, losses and updates. */
  readonly tolerance: number;
  /** Least scale of a parameter's update, a share of the largest one. */
  readonly floor: number;
}

/**
 * Solves a problem twice and compares predictions, losses and what each
 * parameter has moved by: for one step of plain gradient descent, that is its
 * gradient. The scale of a parameter's update is its own max-norm, but at least
 * the floor's share of the largest update, usually a hundredth. A gradient that all but cancels (that of a
 * scale with batch norm after it) would else be compared by rounding errors:
 * what is left is 1e-6 of the largest, a few units in the last place.
 */
export async function assertSameOutcome(
  problem: Problem,
  solvers: { readonly actual: Solver; readonly expected: Solver },
  { tolerance, floor }: Comparison,
): Promise<void> {
  const name = nameOf(problem);
  const actual = await solvers.actual(problem);
  const expected = await solvers.expected(problem);
  assertClose(actual.logits, expected.logits, {
    what: `${name}: logits`,
    tolerance,
  });
  for (const [step, loss] of expected.losses.entries()) {
    assertClose([actual.losses[step]!], [loss], {
      what: `${name}: loss of step ${step}`,
      tolerance,
    });
  }
  assertSameUpdates(problem, { actual, expected }, { name, tolerance, floor });
}

function assertSameUpdates(
  { weights }: Problem,
  { actual, expected }: {
    readonly actual: Outcome;
    readonly expected: Outcome;
  },
  { name, tolerance, floor }: Comparison & { readonly name: string },
): void {
  assert.deepEqual(
    Object.keys(actual.weights).sort(),
    Object.keys(weights).sort(),
    `${name}: names of weights`,
  );
  const update = ({ weights: after }: Outcome, parameter: string) =>
    Array.from(
      weights[parameter]!,
      (before, i) => after[parameter]![i]! - before,
    );
  const largest = Math.max(
    ...Object.keys(weights).filter((key) => !key.includes("running")).map((
      key,
    ) => maxNorm(update(expected, key))),
  );
  for (const parameter of Object.keys(weights)) {
    assertClose(update(actual, parameter), update(expected, parameter), {
      what: `${name}: update of ${parameter}`,
      tolerance,
      floor: parameter.includes("running") ? 1e-2 : floor * largest,
    });
  }
}
