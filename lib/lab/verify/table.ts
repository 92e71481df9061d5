/**
 * What a verification found, for people.
 *
 * @module
 */

import { formatCount, markdownTable, MISSING } from "../../report/mod.ts";
import { type CheckResult, CHECKS, type Flaw } from "./tally.ts";
import type { Trace } from "./context.ts";
import type { Verification } from "./verify.ts";

/** What no look at a folder can tell. */
export const LIMIT =
  "What this cannot tell: whether the runs took place. Accuracies made up so that all of the above holds would pass; deno task regress runs again, --scores tests weights that are here (docs/verify.md)";

/**
 * The checks as a table, and below it what does not hold.
 *
 * @param verification What was found.
 */
export function verificationText(
  { checks, flaws }: Pick<Verification, "checks" | "flaws">,
): string {
  const table = markdownTable(
    [
      { title: "check" },
      { title: "what must hold" },
      { title: "looked at", align: "right" },
      { title: "verdict" },
    ],
    checks.map((each) => [
      each.check,
      CHECKS[each.check],
      each.count === 0 ? MISSING : formatCount(each.count),
      verdictOf(each),
    ]),
  );
  const notes = checks.flatMap(({ check, notes }) =>
    notes.map((note) => `- ${check}: ${note}`)
  );
  return [
    table.trimEnd(),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
    ...flaws.map(flawText),
    LIMIT,
  ].join("\n\n");
}

function verdictOf({ count, faults }: CheckResult): string {
  if (faults > 0) return `${formatCount(faults)} wrong`;
  return count === 0 ? "nothing to look at" : "holds";
}

function flawText({ check, message }: Flaw): string {
  return `${check}: ${message}`;
}

/**
 * Which records each page, table and figure comes from.
 *
 * @param traces Where each comes from.
 */
export function tracesText(traces: readonly Trace[]): string {
  return traces.map(({ path, records }) =>
    `${path}\n${records.map((record) => `  from ${record}\n`).join("")}`
  ).join("");
}
