/**
 * What a command says last: what came out, where it is, what to do next.
 *
 * @module
 */

import { verdictsOf, wouldChangeOf } from "../../report/mod.ts";
import type { ProfilePlace } from "./index_file.ts";

/** What a command's last words are made of. */
export interface FarewellOptions {
  /** Whose profile. */
  readonly place: ProfilePlace;
  /** Its page in markdown. */
  readonly page: string;
  /** How many cells were asked for. */
  readonly asked: number;
  /** How many of them have a record now. */
  readonly recorded: number;
}

/**
 * The last three lines of a command.
 *
 * @param options What was done.
 */
export function farewell(
  { place, page, asked, recorded }: FarewellOptions,
): readonly string[] {
  const { results, question, profile } = place;
  const elsewhere = results === "results" ? "" : ` ${results}`;
  const cells = `${recorded} of ${asked} ${asked === 1 ? "cell" : "cells"}`;
  const verdicts = verdictsOf(page);
  const [first] = verdicts;
  const outcome = first === undefined
    ? "the page tests no claim"
    : verdicts.length > 1
    ? `${verdicts.length} verdicts, the first: ${first.verdict}`
    : `${first.verdict}: ${first.because.replaceAll("\n", " ")}`;
  return [
    `Came out: ${cells} of ${question}, profile ${profile}; ${outcome}`,
    `Look at: ${results}/${question}/${profile}.md and the figures beside it; ` +
    `deno task view${elsewhere} shows every student`,
    `Next: ${next({ place, page, asked, recorded })}`,
  ];
}

function next(
  { place: { question, profile }, page, asked, recorded }: FarewellOptions,
): string {
  if (recorded < asked) {
    return "the same command, once what is told above is mended: what is " +
      "recorded is not run again";
  }
  if (/^smoke\b/.test(profile)) {
    return `deno task ${question}, where claims are made (profile laptop); ` +
      `with --dry-run it foresees how long that takes here`;
  }
  const change = wouldChangeOf(page);
  return change === undefined
    ? `deno task report ${question} makes one file of it, to send`
    : `what would change that: ${change}`;
}
