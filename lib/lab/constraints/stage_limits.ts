/**
 * What the students of a finished search say of limits: counted once, as a table
 * would have to apply thousands of action sequences for it.
 *
 * @module
 */

import { type Network, networkId } from "../../network/mod.ts";
import { canonicalJson } from "../../random/mod.ts";
import { studentSizes, violation } from "../../reward/mod.ts";
import {
  type ActionSpace,
  type IterationRecord,
  type Proposal,
  type SearchPlan,
  stageSpace,
  type Student,
} from "../../search/mod.ts";
import { parameterLayers } from "../../training/mod.ts";
import type {
  CompressionContent,
  StageContent,
} from "../compression/content.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsOf } from "../options/limits.ts";
import { FREE, sharesOf, SINGLE_LIMITS, type SingleLimit } from "./arms.ts";
import type { Kept, StageLimits } from "./content.ts";

/**
 * What the students of each stage say of limits.
 *
 * @param content What came of the search.
 * @param search Its options, and how it went.
 */
export function stageLimitsOf(
  content: CompressionContent,
  { config, plan }: {
    readonly config: CompressionConfig;
    readonly plan: SearchPlan;
  },
): readonly StageLimits[] {
  const { teacher, identity: { arm } } = content;
  return content.stages.map((stage) => {
    const base = stage.base ?? teacher.network;
    const space = stageSpace(plan, stage.kind, base);
    return {
      untrained: countUntrained(stage, {
        space,
        inherits: config.student.start === "inherited",
      }),
      ...(arm === FREE
        ? { kept: keptByEach(stage, { space, content, config }) }
        : {}),
    };
  });
}

/**
 * Distinct students that are over a limit on size and were never trained: what is
 * rejected once a soft limit has become hard may have been trained before.
 */
function countUntrained(
  { records }: StageContent,
  { space, inherits }: {
    readonly space: ActionSpace;
    readonly inherits: boolean;
  },
): number {
  const identitiesOf = (proposals: readonly Proposal[]) =>
    new Set(proposals.flatMap(({ actions }) => {
      const student = studentOf(space, actions);
      return student === undefined
        ? []
        : identityOf(student, inherits ? space.base : undefined);
    }));
  const proposals = proposalsOf(records);
  const rejected = identitiesOf(
    proposals.filter(({ rejection }) => rejection?.rule === "limit"),
  );
  const trained = identitiesOf(
    proposals.filter(({ rejection }) => rejection === undefined),
  );
  return rejected.difference(trained).size;
}

/** What tells students apart: the network, and of which layers it is made. */
function identityOf(
  { network, origin }: Student,
  base: Network | undefined,
): string {
  const id = networkId(network);
  return base === undefined
    ? id
    : canonicalJson([id, parameterLayers(network, base, origin)]);
}

function keptByEach(
  { records }: StageContent,
  { space, content: { teacher, referenceAccuracy }, config }: {
    readonly space: ActionSpace;
    readonly content: CompressionContent;
    readonly config: CompressionConfig;
  },
): Readonly<Partial<Record<SingleLimit, Kept>>> {
  const { activations, ...shares } = sharesOf(config);
  const limits = limitsOf({
    ...config.limits,
    shares: { ...shares, activationBytes: activations, latency: undefined },
  }, {
    sizes: studentSizes(teacher.network),
    accuracy: referenceAccuracy,
  });
  const each = {
    parameters: { maxParameters: limits.maxParameters! },
    macs: { maxMacs: limits.maxMacs! },
    activations: { maxActivationBytes: limits.maxActivationBytes! },
    accuracy: { minAccuracy: limits.minAccuracy! },
  };
  const names = SINGLE_LIMITS.filter((name) => name !== "latency");
  const students = records.map(({ proposals }) =>
    proposals.flatMap(({ actions, accuracy, reward, failure }) => {
      const student = studentOf(space, actions);
      return student === undefined || accuracy === undefined ||
          failure !== undefined
        ? []
        : { sizes: studentSizes(student.network), accuracy, reward };
    })
  );
  return Object.fromEntries(names.map((name) => {
    const keeping = students.map((iteration) =>
      iteration.filter((student) =>
        violation(student, each[name]) === undefined
      )
    );
    const rewards = keeping.flat().map(({ reward }) => reward);
    return [name, {
      proposals: keeping.map(({ length }) => length),
      ...(rewards.length === 0 ? {} : { reward: Math.max(...rewards) }),
    }];
  }));
}

function studentOf(
  space: ActionSpace,
  actions: readonly number[],
): Student | undefined {
  const outcome = space.apply(actions);
  return outcome.ok ? outcome : undefined;
}

function proposalsOf(
  records: readonly IterationRecord[],
): readonly Proposal[] {
  return records.flatMap(({ proposals }) => proposals);
}
