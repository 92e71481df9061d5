import type { Engine } from "../../engine/mod.ts";
import { placelessName } from "../../data/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import {
  type EngineIdentity,
  engineIdentity,
  type Machine,
  thisMachine,
} from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { limitsLatency } from "../options/limits.ts";
import type { DataIdentity } from "../subject/data_options.ts";
import type { ImportedIdentity } from "../subject/imported.ts";
import type { Subject } from "../subject/subject.ts";
import type { Cell } from "./cell.ts";

/** A teacher of this project that was trained before. */
export interface TakenTeacher {
  /** SHA-256 of its weights. */
  readonly weights: string;
  /** What trained it. */
  readonly engine: EngineIdentity;
}

/** All that a cell's outcome depends on. */
export interface Identity<Config = CompressionConfig> {
  /** Its options, without what names places or the way to the teacher. */
  readonly config: Config;
  /** The arm. */
  readonly arm: string;
  /** Seed of the search. */
  readonly seed: number;
  /** What trains. */
  readonly engine: EngineIdentity;
  /** The data. */
  readonly data: DataIdentity;
  /** The teacher, where it was not trained by this run's engine but taken as it was. */
  readonly teacher?: TakenTeacher | ImportedIdentity;
  /** Where it was run, if its limits are on how fast that is. */
  readonly machine?: Machine;
  /** Ids of the trained policies that it starts from. */
  readonly policies?: readonly string[];
}

/**
 * The identity of a cell.
 *
 * @param cell The cell.
 * @param parts What runs it, on what, from which trained policies.
 */
export function identityOf<Config extends CompressionConfig>(
  { config, arm, seed }: Cell<Config>,
  { engine, subject: { data, taken, imported }, policies = [] }: {
    readonly engine: Engine;
    readonly subject: Pick<Subject, "data" | "taken" | "imported">;
    readonly policies?: readonly string[];
  },
): Identity<Config> {
  // How the run came to its teacher changes nothing of the rest.
  const { retrain: _, source: __, ...teacher } = config.teacher;
  return {
    config: {
      ...config,
      dataset: placelessName(config.dataset),
      // Their content counts, not where they lie.
      policy: [],
      teacher,
    },
    arm,
    seed,
    engine: engineIdentity(engine),
    data,
    ...(taken === undefined ? {} : {
      teacher: {
        weights: taken.record.deterministic.weights,
        engine: taken.record.deterministic.engine,
      },
    }),
    ...(imported === undefined ? {} : { teacher: imported.identity }),
    ...(limitsLatency(config) ? { machine: thisMachine() } : {}),
    ...(policies.length === 0 ? {} : { policies }),
  };
}

/** Name under which a cell's progress is kept. */
export function runIdOf(question: string, identity: Identity<unknown>): string {
  return `${question}/${sha256Hex(canonicalJson(identity))}`;
}
