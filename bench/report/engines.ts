/**
 * The list of contenders.
 *
 * @module
 */

import { escapeMarkdown, markdownTable } from "../../lib/report/mod.ts";
import type { EnginesSection } from "./format.ts";
import { machineLine, skippedLines } from "./text.ts";

/** The section. */
export function renderEngines(
  { machine, contenders, skipped }: EnginesSection,
): string {
  return [
    "## Contenders\n",
    `${machineLine(machine)}\n`,
    markdownTable(
      [{ title: "contender" }, { title: "version" }],
      contenders.map(({ title, version }) => [title, version]),
    ),
    skippedLines(skipped),
    escapeMarkdown(
      "PyTorch is never installed by this project. For the current release: python3 -m venv FOLDER; FOLDER/bin/pip install torch==2.15.0; N2N_PYTHON=FOLDER/bin/python deno task bench. Several Pythons are separated by a colon; torch.compile needs g++.",
    ) + "\n",
  ].filter((part) => part !== "").join("\n");
}
