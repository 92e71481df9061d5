/**
 * How well cheap scores rank students as their final training does.
 *
 * @module
 */

import { randomStream } from "../../random/mod.ts";
import {
  type Interval,
  pairedBootstrap,
  pairwisePreference,
  spearman,
} from "../../report/mod.ts";
import {
  type FidelityImages,
  imagePasses,
  type ProxySpec,
} from "./proxy_spec.ts";
import type { StudentScore } from "./student_score.ts";

/** How a score agrees with the truth on some students. */
export interface Agreement {
  /** Number of students. */
  readonly students: number;
  /** Rank correlation; absent where all scores or all truths are equal. */
  readonly spearman?: number;
  /** Its 95 % interval over resampled students; absent where it has none. */
  readonly interval?: Interval;
  /** Resamples that the interval leaves out, since they have no correlation. */
  readonly undefinedResamples: number;
  /** Share of pairs of which the better one is preferred; absent without a better one. */
  readonly preference?: number;
}

/** How a score agrees with the truth. */
export interface ScoreAnalysis {
  /** On all students. */
  readonly all: Agreement;
  /** On the half with the higher truth: a search must tell good ones apart. */
  readonly better: Agreement;
}

/** A proxy beside the truth. */
export interface ProxyAnalysis extends ScoreAnalysis {
  /** The proxy. */
  readonly spec: ProxySpec;
  /** What it costs a student, in images that pass through the network. */
  readonly imagePasses: number;
  /** Lowest and highest accuracy that it gave, in [0, 1]. */
  readonly accuracies: Interval;
}

/** All proxies beside the truth, and what they must be measured against. */
export interface FidelityAnalysis {
  /** One a proxy, in their order. */
  readonly proxies: readonly ProxyAnalysis[];
  /** The parameter count as a score, the more the better: what costs nothing. */
  readonly parameters: ScoreAnalysis;
  /**
   * The final training measured on the proxies' half of the validation images: as
   * well as any score on these images can do.
   */
  readonly ceiling: ScoreAnalysis;
  /** Ids of the half with the higher truth, the middle one among them. */
  readonly better: ReadonlySet<string>;
}

/**
 * Compares every proxy with the truth, which is measured on the half of the
 * validation images that no proxy saw.
 *
 * @param students At least four.
 * @param proxies The proxies; every student has a score of each.
 * @param options.images Images behind the scores, for what a proxy costs.
 * @param options.seed Seed of the intervals, >= 1.
 * @throws {RangeError} If there are fewer students, two have one network, or one
 * lacks a score.
 */
export function analyseProxies(
  students: readonly StudentScore[],
  proxies: readonly ProxySpec[],
  { images, seed }: {
    readonly images: FidelityImages;
    readonly seed: number;
  },
): FidelityAnalysis {
  if (students.length < 4) {
    throw new RangeError(
      `Cannot analyse proxies: the number of students is ${students.length}, expected at least 4`,
    );
  }
  const ids = new Set(students.map(({ networkId }) => networkId));
  if (ids.size < students.length) {
    throw new RangeError(
      `Cannot analyse proxies: ${students.length} students have ${ids.size} networks, expected each network once`,
    );
  }
  const better = betterHalf(students);
  const scored = (name: string, score: (student: StudentScore) => number) => ({
    all: agreementOf(students, { score, seed, name: `${name}, all` }),
    better: agreementOf(
      students.filter(({ networkId }) => better.has(networkId)),
      { score, seed, name: `${name}, better half` },
    ),
  });
  return {
    proxies: proxies.map((spec) => {
      const accuracy = (student: StudentScore) => scoreOf(student, spec.name);
      const found = students.map(accuracy);
      return {
        spec,
        imagePasses: imagePasses(spec, images),
        accuracies: { low: Math.min(...found), high: Math.max(...found) },
        ...scored(`proxy ${spec.name}`, accuracy),
      };
    }),
    parameters: scored("parameters", ({ parameters }) => parameters),
    ceiling: scored("ceiling", ({ truthOnScoring }) => truthOnScoring),
    better,
  };
}

/** Ids of the half with the higher truth; equal ones in the order of their ids. */
function betterHalf(students: readonly StudentScore[]): ReadonlySet<string> {
  const order = students.toSorted((a, b) =>
    b.truth - a.truth || (a.networkId < b.networkId ? -1 : 1)
  );
  return new Set(
    order.slice(0, Math.ceil(order.length / 2)).map((each) => each.networkId),
  );
}

function scoreOf({ networkId, scores }: StudentScore, proxy: string): number {
  const score = scores[proxy];
  if (score === undefined) {
    throw new RangeError(
      `Cannot analyse proxies: student "${networkId}" has no score of "${proxy}", expected one of each proxy`,
    );
  }
  return score.accuracy;
}

function agreementOf(
  students: readonly StudentScore[],
  { score, seed, name }: {
    readonly score: (student: StudentScore) => number;
    readonly seed: number;
    readonly name: string;
  },
): Agreement {
  const scores = students.map(score);
  const truths = students.map(({ truth }) => truth);
  const correlation = spearman(scores, truths);
  const preference = pairwisePreference(scores, truths);
  return {
    students: students.length,
    ...(correlation === undefined ? {} : { spearman: correlation }),
    ...pairedBootstrap(scores, truths, {
      statistic: spearman,
      random: randomStream(seed, "bootstrap", name),
    }),
    ...(preference === undefined ? {} : { preference }),
  };
}
