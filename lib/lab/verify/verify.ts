/**
 * Whether a results folder holds together, without running anything again.
 *
 * @module
 */

import { EXIT } from "../../cli/mod.ts";
import { type ListedQuestion, overviewPage } from "../../report/mod.ts";
import { profilesOf } from "../cells/render.ts";
import { PAPER } from "../project.ts";
import type { AnyExperiment } from "../regress/regress.ts";
import { teacherNames } from "../teacher/files.ts";
import { verifyBench } from "./bench_page.ts";
import { comparePages } from "./compare.ts";
import type { Context, Trace } from "./context.ts";
import { verifyPaper } from "./paper.ts";
import { verifyProfile } from "./profile.ts";
import { verifyScope } from "./scope.ts";
import { findStrays } from "./strays.ts";
import { type CheckResult, createTally, type Flaw } from "./tally.ts";
import { verifyTeachers } from "./teachers.ts";

/** What {@link verifyResults} is asked. */
export interface VerifyOptions {
  /** The results folder. */
  readonly results: string;
  /** All experiments. */
  readonly experiments: readonly AnyExperiment[];
  /** One file below the folder: only what it belongs to is verified. */
  readonly only?: string | undefined;
  /**
   * A page outside of the folder that shows tables of it: its path for people, its
   * text, and what the text would be.
   */
  readonly readme?: {
    readonly path: string;
    readonly text: string;
    readonly render: (pages: ReadonlyMap<string, string>) => string;
  } | undefined;
  /** Told before each cell and teacher. */
  readonly onStep?: (name: string) => void;
  /** Further checks, after the others. */
  readonly further?: readonly ((context: Context) => Promise<void>)[];
}

/** What was found. */
export interface Verification {
  /** Check by check. */
  readonly checks: readonly CheckResult[];
  /** What does not hold. */
  readonly flaws: readonly Flaw[];
  /** Which records each generated file comes from. */
  readonly traces: readonly Trace[];
  /** How the command ends. */
  readonly code: number;
}

/**
 * Cells and teachers that there are to verify.
 *
 * @param options Where.
 */
export async function countSteps(
  { results, experiments }: Pick<VerifyOptions, "results" | "experiments">,
): Promise<number> {
  let count = (await teacherNames(results)).length;
  for (const { report: { question } } of experiments) {
    for (const profile of await profilesOf(results, question)) {
      try {
        for await (
          const { name } of Deno.readDir(`${results}/${question}/${profile}`)
        ) {
          if (name.endsWith(".environment.json")) count++;
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return count;
}

/**
 * Verifies a results folder.
 *
 * @param options Which, and how its pages are made.
 * @throws {UsageError} If there is no file that is asked for.
 */
export async function verifyResults(
  options: VerifyOptions,
): Promise<Verification> {
  const { results, experiments, only, readme, onStep, further = [] } = options;
  const tally = createTally();
  const context: Context = {
    results,
    tally,
    known: new Set(),
    traces: [],
    pages: new Map(),
  };
  if (only !== undefined) {
    const pages = await verifyScope(context, { path: only, experiments });
    if (pages !== undefined) await verifyOverview(context, { options, pages });
  } else {
    for (const { report } of experiments) {
      for (const profile of await profilesOf(results, report.question)) {
        await verifyProfile(context, {
          profile,
          report,
          onCell: (cell) => onStep?.(`${report.question}/${profile}/${cell}`),
        });
      }
    }
    await verifyTeachers(context, {
      onTeacher: (name) => onStep?.(`teachers/${name}`),
    });
    await verifyBench(context);
    const isWhole = tally.flaws.every(({ kind }) => kind === "different");
    // Made of tables, of which some are missing then.
    if (isWhole) {
      const { pages } = context;
      await verifyOverview(context, { options, pages });
      if (readme !== undefined) compareReadme(context, readme);
    } else {
      context.known.add("README.md");
      tally.note("pages", "the index was not compared, as a record is damaged");
    }
    await findStrays(context);
    await verifyPaper(context, PAPER);
  }
  for (const check of further) await check(context);
  const { flaws } = tally;
  return {
    checks: tally.results(),
    flaws,
    traces: context.traces,
    code: flaws.some(({ kind }) => kind === "damaged")
      ? EXIT.data
      : flaws.length > 0
      ? EXIT.regression
      : EXIT.done,
  };
}

/** The index of all results, made of their pages. */
async function verifyOverview(
  context: Context,
  { options: { experiments }, pages }: {
    readonly options: VerifyOptions;
    readonly pages: ReadonlyMap<string, string>;
  },
): Promise<void> {
  const questions: readonly ListedQuestion[] = experiments.map(
    ({ report: { question }, command: { summary } }) => ({ question, summary }),
  );
  await comparePages(context, {
    files: new Map([["README.md", overviewPage(questions, pages)]]),
    records: [...pages.keys()].filter((path) => path.endsWith(".md")).sort(),
  });
}

/** The page outside that shows tables. */
function compareReadme(
  { tally, pages, traces }: Context,
  { path, text, render }: NonNullable<VerifyOptions["readme"]>,
): void {
  tally.count("pages");
  traces.push({
    path,
    records: [...pages.keys()].filter((each) => each.endsWith("/laptop.md")),
  });
  if (render(pages) === text) return;
  tally.find({
    check: "pages",
    path,
    kind: "different",
    message:
      `"${path}" shows other tables than the records give; deno task results writes these`,
  });
}
