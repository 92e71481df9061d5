import type { Objective } from "../../reward/mod.ts";
import { createObjective } from "../../reward/mod.ts";
import type { PolicyKind, PolicyState } from "../../policy/mod.ts";
import type { SearchPlan, SharedSeeds, StageConfig } from "../../search/mod.ts";
import type { CompressionConfig } from "./compression.ts";
import { type LimitedTeacher, limitsOf } from "./limits.ts";
import { stagesOf } from "./stage_plans.ts";

/**
 * How a stage of a compression searches; a joint stage as shrinkage where nothing
 * else is said.
 *
 * @param config The compression's options.
 * @param kind Which stage.
 */
export function stageConfigOf(
  config: CompressionConfig,
  kind: PolicyKind,
): StageConfig {
  return config[kind] ?? config.shrinkage;
}

/**
 * How the search of a compression goes.
 *
 * @param config Its options.
 * @param search Seed of the search, and trained policies to start from.
 */
export function searchPlanOf(
  config: CompressionConfig,
  { seed, policies = {} }: {
    readonly seed: number;
    readonly policies?: Readonly<Partial<Record<PolicyKind, PolicyState>>>;
  },
): SearchPlan {
  const { search, space, stages, shrink, annealing, evolution } = config;
  return {
    stages: stagesOf(stages),
    search,
    grain: space,
    config: {
      removal: stageConfigOf(config, "removal"),
      shrinkage: stageConfigOf(config, "shrinkage"),
      joint: stageConfigOf(config, "joint"),
    },
    annealing,
    evolution,
    shrink: { shrink: shrink.what, minChannels: shrink.minChannels },
    seed,
    policies,
  };
}

/**
 * What a student is worth beside a teacher.
 *
 * @param config The limits.
 * @param teacher The teacher's size and accuracy.
 */
export function objectiveOf(
  { limits }: Pick<CompressionConfig, "limits">,
  teacher: LimitedTeacher,
): Objective {
  const { mode, iterations } = limits;
  const { accuracy, sizes: { parameters } } = teacher;
  return createObjective({
    teacher: { parameters, accuracy },
    mode,
    iterations,
    limits: limitsOf(limits, teacher),
  });
}

/** Seeds of what all searches of a subject share. */
export function sharedSeedsOf(
  { data, teacher, student }: CompressionConfig,
): SharedSeeds {
  return { data: data.seed, teacher: teacher.seed, student: student.seed };
}
