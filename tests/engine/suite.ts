import fc from "fast-check";
import { inferShapes, type Network } from "../../lib/network/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import { assertSameOutcome } from "./compare.ts";
import { conditioning } from "./float64_training.ts";
import {
  engineSolver,
  makeProblem,
  type Problem,
  type ProblemOptions,
  type Solver,
} from "./problem.ts";

/** An engine under test and what it is compared with. */
export interface Suite {
  /** Starts the tests' names. */
  readonly name: string;
  /** Whether another process can open the engine by that name, default true. */
  readonly hasName?: boolean;
  readonly open: () => Promise<Engine>;
  /** Solves the same problems. */
  readonly expected: () => Promise<Solver>;
  /** Examples of each property. */
  readonly examples: number;
  /**
   * Examples on wide and large maps, for engines that compute those another
   * way than small ones; too many weights for central differences.
   */
  readonly wideExamples: number;
  /**
   * Whether predictions show NaN, default true. A shader's maximum may pass over
   * it, XNNPACK's pools clamp it; training steps must show it all the same.
   */
  readonly predictsNaN?: boolean;
  /** How closely its steps are compared; default: {@link SINGLE}. */
  readonly closeness?: StepCloseness;
  /** What its programs hold outside of JavaScript's heap. */
  readonly live: {
    /** How much of it there is now. */
    count(): number;
    /** Whether a program holds some between two calls. */
    readonly holds: boolean;
  };
}

/** How closely steps can be compared, which is owed to what they are rounded to. */
export interface StepCloseness {
  /** Relative error that two engines may differ by. */
  readonly tolerance: number;
  /** Least scale of a parameter's update, a share of the largest one. */
  readonly floor: number;
  /** Examples nearer to a kink than this, relative to the map, are drawn anew. */
  readonly kinkMargin: number;
  /** Those with a map of less variance before a batch norm as well. */
  readonly spread: number;
}

// Properties repeat: a failure names its problem and comes back on every run.
const SEED = 20180430;

/**
 * Single precision is off by about 1e-6 of a map's largest value after a few
 * layers, and a central difference moves a weight by 1e-6; a thousand values have
 * one within this margin of a kink about every thirtieth time. Batch norm
 * magnifies the rounding of its input by up to the inverse root of the spread.
 * Maps of no spread at all are tested by themselves.
 */
export const SINGLE: StepCloseness = {
  tolerance: 1e-4,
  floor: 1e-2,
  kinkMargin: 2e-5,
  spread: 0.01,
};

// One step of plain descent moves a weight by rate * gradient. With a rate of
// 1 the weight's own rounding, 6e-8 of it, would hide small gradients; a large
// power of two makes the update the larger of the two and loses no bit.
const GRADIENT_RATE = 1024;

/** A network to check the gradient of, and how. */
export interface GradientCase {
  readonly network: Network;
  readonly size: number;
  /** Images that the plan has room for beyond the batch. */
  readonly spare?: number;
  readonly seed: number;
}

/** Checks predictions, loss and gradients of generated cases. */
export async function checkGradients(
  suite: Suite,
  cases: fc.Arbitrary<GradientCase>,
  { loss, examples = suite.examples }: {
    readonly loss?: ProblemOptions["loss"];
    readonly examples?: number;
  } = {},
): Promise<void> {
  const actual = engineSolver(await suite.open());
  const expected = await suite.expected();
  const closeness = suite.closeness ?? SINGLE;
  await fc.assert(
    fc.asyncProperty(cases, async ({ network, size, spare = 0, seed }) => {
      fc.pre(inferShapes(network).ok);
      const problem = makeProblem(network, {
        seed,
        size,
        batchSize: size + spare,
        learningRate: GRADIENT_RATE,
        ...(loss && { loss }),
      });
      const { kinkMargin, spread } = conditioning(problem);
      fc.pre(kinkMargin > closeness.kinkMargin && spread > closeness.spread);
      await assertSameOutcome(problem, { actual, expected }, closeness);
    }),
    { seed: SEED, numRuns: examples },
  );
}

/** The tolerance of a suite's steps. */
export function toleranceOf({ closeness = SINGLE }: Suite): number {
  return closeness.tolerance;
}

/** Compares one problem's outcome. */
export async function checkProblem(
  suite: Suite,
  problem: Problem,
  tolerance: number = toleranceOf(suite),
): Promise<void> {
  const actual = engineSolver(await suite.open());
  const expected = await suite.expected();
  const { floor } = suite.closeness ?? SINGLE;
  await assertSameOutcome(problem, { actual, expected }, { tolerance, floor });
}
