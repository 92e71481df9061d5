/**
 * Students to measure proxies on: of all sizes and origins, not those that a
 * search would look at.
 *
 * @module
 */

import type { Outcome, ShrinkOptions } from "../../compress/mod.ts";
import { countParameters, type Network, networkId } from "../../network/mod.ts";
import { type Random, randomStream } from "../../random/mod.ts";
import {
  type ActionSpace,
  createSpace,
  type Grain,
  type SpaceKind,
} from "../../search/mod.ts";

/** A student that was chosen. */
export interface SpreadStudent {
  /** Its network. */
  readonly network: Network;
  /** Id of its network; no two students have the same. */
  readonly networkId: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** What made it of the base. */
  readonly kind: SpaceKind;
  /** What was decided together. */
  readonly grain: Grain;
  /** What its actions led to. */
  readonly outcome: Extract<Outcome, { readonly ok: true }>;
}

/** Settings of {@link spreadStudents}. */
export interface SpreadOptions {
  /** The network that all are students of. */
  readonly base: Network;
  /** How many, >= 2. */
  readonly count: number;
  /** Seed of the draws, >= 1. */
  readonly seed: number;
  /** How far layers shrink, and the bounds of the check on students. */
  readonly shrink: ShrinkOptions;
  /** Smallest and largest size as a part of the base's parameters, default 0.03 to 0.9. */
  readonly share?: { readonly least: number; readonly most: number };
  /** Sequences drawn from each space, default 300. */
  readonly draws?: number;
}

const KINDS = ["removal", "shrinkage", "joint"] as const;
const GRAINS = ["leaf", "unit", "block"] as const;

/**
 * How far a sequence may lean to less or to more: at -12 the mean share that is
 * left of a shrunk layer is near the least one, at 12 near all of it.
 */
const STEEPEST = 12;

/**
 * Chooses students of a base, spread evenly over the logarithm of their parameters,
 * from all kinds of spaces. Many random sequences of actions are drawn, each with a
 * random tendency to remove or keep, so that small, middling and large students are
 * all among them; sequences that give no student, or one that was there, are
 * dropped. Then the student nearest to each of `count` sizes is taken, of the kind
 * that was taken least among those near it.
 *
 * @param options See {@link SpreadOptions}.
 * @returns Students by rising parameters; the same for the same options.
 * @throws {RangeError} If `count` is out of range, or fewer different students were
 * found.
 */
export function spreadStudents(
  options: SpreadOptions,
): readonly SpreadStudent[] {
  const { base, count, share = { least: 0.03, most: 0.9 } } = options;
  if (!Number.isSafeInteger(count) || count < 2) {
    throw new RangeError(
      `Cannot spread students: count is ${count}, expected a whole number >= 2`,
    );
  }
  const whole = countParameters(base);
  const [least, most] = [share.least * whole, share.most * whole];
  const found = drawStudents(options).filter(({ parameters }) =>
    parameters >= least && parameters <= most
  );
  if (found.length < count) {
    throw new RangeError(
      `Cannot spread students: ${found.length} different ones of ${
        Math.ceil(least)
      } to ${
        Math.floor(most)
      } parameters were drawn, expected at least ${count}; draw more or allow other sizes`,
    );
  }
  // A base may have no students as small or as large as was allowed.
  const sizes = found.map(({ parameters }) => Math.log(parameters));
  const smallest = Math.min(...sizes);
  const step = (Math.max(...sizes) - smallest) / (count - 1);
  const taken: SpreadStudent[] = [];
  for (let i = 0; i < count; i++) {
    const size = smallest + i * step;
    const next = pick(found, { size, reach: step / 2, taken });
    taken.push(next);
    found.splice(found.indexOf(next), 1);
  }
  return taken.sort((a, b) => a.parameters - b.parameters);
}

/** Different students of all spaces, in the order in which they are drawn. */
function drawStudents(
  { base, seed, shrink, draws = 300 }: SpreadOptions,
): SpreadStudent[] {
  const found = new Map<string, SpreadStudent>();
  for (const kind of KINDS) {
    for (const grain of GRAINS) {
      const space = createSpace({ kind, base, grain, shrink });
      for (let draw = 0; draw < draws; draw++) {
        const random = randomStream(seed, "spread", kind, grain, draw);
        const outcome = space.apply(leaningActions(space, random));
        if (!outcome.ok) continue;
        const { network } = outcome;
        const id = networkId(network);
        if (found.has(id)) continue;
        found.set(id, {
          network,
          networkId: id,
          parameters: countParameters(network),
          kind,
          grain,
          outcome,
        });
      }
    }
  }
  return [...found.values()];
}

/**
 * Actions that all lean the same way, to what leaves less or to what leaves more:
 * the probability of each falls or rises exponentially with the share it leaves.
 */
function leaningActions(
  { sequence, values, neutral }: ActionSpace,
  random: Random,
): readonly number[] {
  const slope = STEEPEST * (2 * random.uniform() - 1);
  const weights = values.map((value) => Math.exp(slope * value));
  const sum = weights.reduce((all, each) => all + each, 0);
  const probabilities = weights.map((each) => each / sum);
  return sequence.mask.map((isFree) =>
    isFree ? random.categorical(probabilities) : neutral
  );
}

/** The next student: near a size, of the kind that there is least of. */
function pick(
  students: readonly SpreadStudent[],
  { size, reach, taken }: {
    /** Logarithm of the parameters wanted. */
    readonly size: number;
    /** How far from it is near. */
    readonly reach: number;
    readonly taken: readonly SpreadStudent[];
  },
): SpreadStudent {
  const distance = ({ parameters }: SpreadStudent) =>
    Math.abs(Math.log(parameters) - size);
  const count = ({ kind }: SpreadStudent) =>
    taken.filter((each) => each.kind === kind).length;
  const byDistance = students.toSorted((a, b) => distance(a) - distance(b));
  const near = byDistance.filter((each) => distance(each) <= reach);
  return near.toSorted((a, b) => count(a) - count(b))[0] ?? byDistance[0]!;
}
