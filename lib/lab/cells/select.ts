/**
 * Which cells a command line asks for.
 *
 * @module
 */

import { type Invocation, suggestion, UsageError } from "../../cli/mod.ts";
import { canonicalJson, sha256Hex } from "../../random/mod.ts";
import {
  completeConfig,
  type CompressionConfig,
} from "../options/compression.ts";
import { type Cell, cellName, matchesCell } from "./cell.ts";
import { fileNetwork } from "../options/teacher_file.ts";
import type { Arm, GivenOptions } from "./experiment.ts";

/** Cells of a command line. */
export interface Selection {
  /** Name of the folder that their results go to: the profile, or a variation of it. */
  readonly profile: string;
  /** All that the profile declares, most decisive first. */
  readonly declared: readonly Cell[];
  /** Those that are to be run. */
  readonly chosen: readonly Cell[];
}

/** Options that a cell's name tells, or that change no result. */
const NAMED = [
  "dataset",
  "size",
  "skipBroken",
  "network",
  "width",
  "compare",
  "sources",
  "arms",
  "seeds",
  "cells",
];

/**
 * The cells that a command line asks for: subjects by seeds by arms, so that a
 * first comparison of all arms is there early.
 *
 * @param invocation The command line.
 * @param arms The arms of the experiment, for one subject's options.
 * @throws {UsageError} If an arm or a cell that is asked for does not exist, or
 * two subjects have one name.
 */
export function selectCells<Given extends GivenOptions>(
  invocation: Invocation<Given>,
  arms: (given: Given) => readonly Arm[],
): Selection {
  const { config, run, amend } = invocation;
  const isNamed = "dataset" in invocation.given;
  checkFile(invocation);
  const subjects = subjectsOf(invocation);
  const asked = config.arms;
  const options = subjects.map((subject, i) => {
    const place = `subjects[${i}]`;
    const given = amend({ values: subject, place });
    return { subject, place, seeds: given.seeds, arms: arms(given) };
  });
  const known = new Set(
    options.flatMap(({ arms }) => arms.map(({ name }) => name)),
  );
  const unknown = asked?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--arms "${unknown}": expected some of ${[...known].join(", ")}${
        suggestion(unknown, [...known])
      }`,
    );
  }
  const all = options.flatMap(({ subject, place, seeds, arms }) => {
    const chosen = arms.filter(({ name }) => asked?.includes(name) ?? true);
    return Array.from({ length: seeds }, (_, k) => run.seed + k)
      .flatMap((seed) =>
        chosen.map(({ name, options, apart = [], bySeed }): Cell => {
          const over = { ...options, ...bySeed?.(seed) };
          const cell = ownOptions(
            amend({ values: subject, over, place, apart }),
            options,
          );
          return {
            name: cellName({ config: cell, arm: name, seed }),
            arm: name,
            seed,
            config: cell,
            isNamed,
          };
        })
      );
  });
  const declared = namedOnce(all);
  const { cells: pattern } = config;
  const chosen = pattern === undefined
    ? declared
    : declared.filter(({ name }) => matchesCell(name, pattern));
  if (chosen.length === 0) {
    throw new UsageError(
      `--cells "${pattern}": expected a part of one of ${
        declared.map(({ name }) => name).join(", ")
      }`,
    );
  }
  // Where arms are strategies, a cell's name tells which one searches.
  const isSearchNamed = options.some(({ arms }) =>
    arms.some(({ options }) => Object.hasOwn(options, "search"))
  );
  const named = isSearchNamed ? [...NAMED, "search"] : NAMED;
  return { profile: variationOf(invocation, named), declared, chosen };
}

/**
 * Each cell once: flags may make two subjects the same.
 *
 * @throws {UsageError} If two of other options have one name, and so one file.
 */
function namedOnce(cells: readonly Cell[]): readonly Cell[] {
  const byName = new Map<string, Cell>();
  for (const cell of cells) {
    const known = byName.get(cell.name) ?? cell;
    if (canonicalJson(known.config) !== canonicalJson(cell.config)) {
      throw new UsageError(
        `subjects: two are named ${cell.name}, expected each with a data set, network or width of its own`,
      );
    }
    byName.set(cell.name, known);
  }
  return [...byName.values()];
}

/** Options that say which cells there are, or what some arms alone run on. */
const NOT_OWN = [
  "subjects",
  "arms",
  "seeds",
  "cells",
  "compare",
  "sources",
  "baselineSizes",
  "sources",
];

/** What a cell runs on: of the options of some arms those that its own names. */
function ownOptions<Given extends GivenOptions>(
  given: Given,
  arm: Arm["options"],
): CompressionConfig {
  const whole = completeConfig(given);
  const own = Object.entries(whole).filter(([key]) =>
    !NOT_OWN.includes(key) || Object.hasOwn(arm, key)
  );
  return Object.fromEntries(own) as unknown as CompressionConfig;
}

/** The profile's subjects; where a data set or network is named, those of them. */
function subjectsOf<Given extends GivenOptions>(
  { config, given }: Invocation<Given>,
): readonly Readonly<Record<string, unknown>>[] {
  const named = ["dataset", "network"].filter((key) => key in given);
  const fitting = config.subjects.filter((subject) =>
    named.every((key) =>
      (subject[key] ?? config[key as "dataset"]) === given[key]
    )
  );
  // None is one of the profile's: then it is what the other options say.
  if (fitting.length === 0) return [{}];
  // A file's network is one, however many the profile has on the data set.
  if (config.teacher.file !== undefined) return fitting.slice(0, 1);
  if (!("width" in given)) return fitting;
  // So is a network of one width, however many widths the profile has of it: where
  // none is the one that is named, the first stands for them.
  const networks = Map.groupBy(
    fitting,
    ({ dataset, network }) => JSON.stringify([dataset, network]),
  );
  return [...networks.values()].flatMap((subjects) => {
    const named = subjects.filter(({ width }) => width === given.width);
    const isOne = new Set(subjects.map(({ width }) => width)).size < 2;
    return isOne ? subjects : named.length > 0 ? named : subjects.slice(0, 1);
  });
}

/** Checks what a teacher's file goes with, and what not. */
function checkFile<Given extends GivenOptions>(
  { config: { teacher: { file } }, given }: Invocation<Given>,
): void {
  if (file === undefined) return;
  const other = ["network", "width"].find((key) => key in given);
  if (other !== undefined) {
    throw new UsageError(
      `--${other}: expected none beside --teacher "${file}", which is the network`,
    );
  }
  if ("dataset" in given) return;
  throw new UsageError(
    `--teacher "${file}": expected --dataset too, whose classes it tells apart`,
  );
}

/**
 * Results of other options than the profile's go to a folder of their own, whose
 * name tells them apart.
 */
function variationOf<Given>(
  { run: { profile }, given }: Invocation<Given>,
  named: readonly string[],
): string {
  const { teacher, ...others } = given as Readonly<Record<string, unknown>>;
  const { retrain: _, file, ...rest } = (teacher ?? {}) as Record<
    string,
    unknown
  >;
  // Where a file lies changes nothing; its content is in the cell's identity.
  const recipe = typeof file === "string"
    ? { ...rest, file: fileNetwork(file) }
    : rest;
  const varied = Object.entries({
    ...others,
    ...(Object.keys(recipe).length === 0 ? {} : { teacher: recipe }),
  }).filter(([key]) => !named.includes(key));
  if (varied.length === 0) return profile;
  const digest = sha256Hex(canonicalJson(Object.fromEntries(varied)));
  return `${profile}+${digest.slice(0, 8)}`;
}
