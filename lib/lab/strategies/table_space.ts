import { UsageError } from "../../cli/mod.ts";
import type { Network } from "../../network/mod.ts";
import { formatCount } from "../../report/mod.ts";
import type { Objective } from "../../reward/mod.ts";
import {
  type SearchPlan,
  stageSpace,
  type StartOf,
  studentIdentity,
} from "../../search/mod.ts";
import { subjectTitle } from "../compression/titles.ts";
import type { CompressionConfig } from "../options/compression.ts";
import {
  countSequences,
  enumerateStudents,
  type Enumeration,
} from "./enumerate.ts";
import { checkStrategiesOptions, strategiesOptionsOf } from "./options.ts";

/** What {@link tableSpace} needs. */
export interface TableSpaceOptions {
  /** How any search of the cell goes. */
  readonly plan: SearchPlan;
  /** The network that students are made of. */
  readonly teacher: Network;
  /** What a student is worth. */
  readonly objective: Objective;
  /** Where students start; undefined for fresh weights. */
  readonly start?: StartOf | undefined;
}

/**
 * All students of a cell: those of its teacher's layer removal.
 *
 * @param config The cell's options.
 * @param options See {@link TableSpaceOptions}.
 * @throws {UsageError} If the options do not fit a table, or there are too many
 * students for one.
 */
export function tableSpace(
  config: CompressionConfig,
  { plan, teacher, objective, start }: TableSpaceOptions,
): Enumeration {
  checkStrategiesOptions(config);
  const { most } = strategiesOptionsOf(config);
  const space = stageSpace(plan, "removal", teacher);
  const count = countSequences(space);
  if (count > most) {
    throw new UsageError(
      `--most ${most}: expected at least ${
        formatCount(count)
      }, the action sequences of ${
        subjectTitle(config)
      } with --space ${plan.grain}; ${
        plan.grain === "block"
          ? "a network of residual blocks has fewer"
          : "--space block has fewer"
      }`,
    );
  }
  return enumerateStudents(space, {
    objective,
    identify: (student) => studentIdentity(student, start),
  });
}
