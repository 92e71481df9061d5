/**
 * Whether a policy that was carried over does better than ones from scratch, seed
 * by seed. What is measured, and which test decides, was laid down before there
 * were any results.
 *
 * @module
 */

import { randomStream } from "../../random/mod.ts";
import {
  hedgesGz,
  holm,
  mean,
  type PairedDifference,
  pairedDifference,
  signFlipTest,
  summarise,
  type Summary,
} from "../../report/mod.ts";
import {
  type SearchCourse,
  TRANSFER_ARMS,
  type TransferArm,
  type TransferContent,
} from "./content.ts";

/** Iterations whose mean reward decides (paper section 4.6: the first 10). */
export const FIRST_ITERATIONS = 10;

/** Iterations at the end of a search that say where policies from scratch arrive. */
export const FINAL_ITERATIONS = 5;

/** Part of that which is to be reached. */
export const REACHED_SHARE = 0.95;

/** Iterations together whose mean reward must be as high: that of one is noise. */
export const REACHED_WINDOW = 3;

/** How many students a search proposes until it is as good as asked. */
export interface Reached {
  /** Searches that got there. */
  readonly count: number;
  /** Students of the median search; absent where fewer than half got there. */
  readonly median?: number;
  /**
   * Mean students until then, those that did not get there counted with all that
   * they proposed: a lower bound.
   */
  readonly restricted: Summary;
}

/** One policy less another, seed by seed. */
export interface Difference extends PairedDifference {
  /** Two-sided p of the sign-flip test of no difference. */
  readonly signFlip: number;
  /** The same after Holm's correction over the comparisons beside it. */
  readonly adjusted: number;
  /** Hedges' g_z; absent below three pairs, and where all differences are equal. */
  readonly effect?: number;
}

/** How the searches of one kind went. */
export interface ArmAnalysis {
  /** Which. */
  readonly name: TransferArm;
  /** Over seeds, of the first iterations: mean reward of all students proposed. */
  readonly reward: Summary;
  /** The same of C, of those that are students. */
  readonly compression: Summary;
  /** The same of accuracy. */
  readonly accuracy: Summary;
  /** Share of the proposals of the first iterations that had no student. */
  readonly rejected: number;
  /** Over seeds, of the last iterations: mean reward. */
  readonly final: Summary;
  /** Students until the reward asked for; absent where there is none. */
  readonly reached?: Reached;
  /** The policy carried over less this one, of the first iterations' reward. */
  readonly less?: Difference;
  /** The same of students until the reward asked for. */
  readonly lessStudents?: PairedDifference;
}

/** What came of one source and target. */
export interface TransferAnalysis {
  /** Iterations that count as the first. */
  readonly first: number;
  /** The reward that is to be reached; absent where scratch ends at none above 0. */
  readonly asked?: number;
  /** In the order of {@link TRANSFER_ARMS}. */
  readonly arms: readonly ArmAnalysis[];
}

/**
 * Compares the policy carried over with those from scratch.
 *
 * @param content The record's content.
 */
export function analyseTransfer(content: TransferContent): TransferAnalysis {
  const { seeds, identity: { seed } } = content;
  const asked = askedReward(content);
  const rewards = (arm: TransferArm) =>
    seeds.map((each) => firstReward(each[arm]));
  const students = (arm: TransferArm) =>
    seeds.map((each) => studentsUntil(each[arm], asked ?? Infinity));
  const [first, ...others] = TRANSFER_ARMS;
  const less = compareAll(
    others.map((name) => [name, rewards(first), rewards(name)]),
    seed,
  );
  return {
    first: Math.min(
      FIRST_ITERATIONS,
      content.identity.config.removal.iterations,
    ),
    ...(asked === undefined ? {} : { asked }),
    arms: TRANSFER_ARMS.map((name, i): ArmAnalysis => ({
      ...summariseArm(content, name),
      ...(asked === undefined
        ? {}
        : { reached: reachedBy(students(name), content) }),
      ...(i === 0 ? {} : { less: less[i - 1]! }),
      ...(i === 0 || asked === undefined ? {} : {
        lessStudents: pairedDifference(
          restricted(students(first), content),
          restricted(students(name), content),
        ),
      }),
    })),
  };
}

/**
 * Differences of pairs, each with a sign-flip test, corrected over all of them.
 *
 * @param pairs What each is called, its first and its second values, seed by seed.
 * @param seed Of the signs that are drawn where there are too many to try all.
 */
export function compareAll(
  pairs: readonly (readonly [
    name: string,
    first: readonly number[],
    second: readonly number[],
  ])[],
  seed: number,
): readonly Difference[] {
  const compared = pairs.map(([name, first, second]) => {
    const difference = pairedDifference(first, second);
    const random = randomStream(seed, "sign flips", "transfer", name);
    const { p } = signFlipTest(difference.differences, { random });
    return { difference, p };
  });
  const adjusted = holm(compared.map(({ p }) => p));
  return compared.map(({ difference, p }, i) => {
    const { differences } = difference;
    const effect = differences.length < 3 ? undefined : hedgesGz(differences);
    return {
      ...difference,
      signFlip: p,
      adjusted: adjusted[i]!,
      ...(effect === undefined ? {} : { effect }),
    };
  });
}

/** Mean reward of the first iterations of a search: what decides. */
export function firstReward({ iterations }: SearchCourse): number {
  return meanReward(iterations.slice(0, FIRST_ITERATIONS));
}

function meanReward(iterations: SearchCourse["iterations"]): number {
  return mean(iterations.flatMap(({ rewards }) => rewards));
}

function askedReward({ seeds }: TransferContent): number | undefined {
  const end = mean(
    seeds.map(({ scratch }) =>
      meanReward(scratch.iterations.slice(-FINAL_ITERATIONS))
    ),
  );
  return end > 0 ? REACHED_SHARE * end : undefined;
}

/**
 * Students proposed up to the end of the first window of iterations whose mean
 * reward is as high as asked; Infinity where there is none.
 */
function studentsUntil({ iterations }: SearchCourse, asked: number): number {
  const window = Math.min(REACHED_WINDOW, iterations.length);
  for (let end = window; end <= iterations.length; end++) {
    if (meanReward(iterations.slice(end - window, end)) < asked) continue;
    return iterations.slice(0, end).reduce(
      (sum, { rewards }) => sum + rewards.length,
      0,
    );
  }
  return Infinity;
}

/** Students that every search proposes: where it is cut off. */
function proposedIn({ identity: { config } }: TransferContent): number {
  return config.removal.iterations * config.removal.rollouts;
}

function restricted(
  students: readonly number[],
  content: TransferContent,
): readonly number[] {
  return students.map((each) => Math.min(each, proposedIn(content)));
}

function reachedBy(
  students: readonly number[],
  content: TransferContent,
): Reached {
  // Kaplan and Meier's median, as all that are cut off are so at the same place.
  const median = students.toSorted((a, b) => a - b)[
    Math.ceil(students.length / 2) - 1
  ]!;
  return {
    count: students.filter(Number.isFinite).length,
    ...(Number.isFinite(median) ? { median } : {}),
    restricted: summarise(restricted(students, content)),
  };
}

function summariseArm(
  { seeds }: TransferContent,
  name: TransferArm,
): Pick<
  ArmAnalysis,
  "name" | "reward" | "compression" | "accuracy" | "rejected" | "final"
> {
  const courses = seeds.map((each) => each[name]);
  const firsts = courses.map(({ iterations }) =>
    iterations.slice(0, FIRST_ITERATIONS)
  );
  const means = (key: "compressions" | "accuracies") =>
    summarise(firsts.flatMap((iterations) => {
      const values = iterations.flatMap((each) => each[key]);
      return values.length === 0 ? [] : [mean(values)];
    }));
  const all = firsts.flat();
  const proposed = all.reduce((sum, { rewards }) => sum + rewards.length, 0);
  const students = all.reduce((sum, each) => sum + each.accuracies.length, 0);
  return {
    name,
    reward: summarise(courses.map(firstReward)),
    compression: means("compressions"),
    accuracy: means("accuracies"),
    rejected: 1 - students / proposed,
    final: summarise(
      courses.map(({ iterations }) =>
        meanReward(iterations.slice(-FINAL_ITERATIONS))
      ),
    ),
  };
}

/** One point of a course over seeds. */
export interface TransferPoint {
  /** Students proposed. */
  readonly proposed: number;
  /** Of the iteration that ends there: mean reward, over seeds. */
  readonly reward: Summary;
  /** Share of the searches that had reached the reward asked for. */
  readonly reached?: number;
}

/** How the searches of one kind went on, iteration by iteration. */
export interface TransferCourse {
  /** Which. */
  readonly name: TransferArm;
  /** One an iteration. */
  readonly points: readonly TransferPoint[];
}

/**
 * All courses over seeds.
 *
 * @param content The record's content.
 */
export function transferCourses(
  content: TransferContent,
): readonly TransferCourse[] {
  const { seeds, identity: { config: { removal } } } = content;
  const asked = askedReward(content);
  return TRANSFER_ARMS.map((name) => {
    const courses = seeds.map((each) => each[name]);
    return {
      name,
      points: Array.from({ length: removal.iterations }, (_, iteration) => {
        const proposed = (iteration + 1) * removal.rollouts;
        return {
          proposed,
          reward: summarise(
            courses.map(({ iterations }) =>
              mean(iterations[iteration]!.rewards)
            ),
          ),
          ...(asked === undefined ? {} : {
            reached: courses.filter((course) =>
              studentsUntil(course, asked) <= proposed
            ).length / courses.length,
          }),
        };
      }),
    };
  });
}
