/**
 * The tables of peak memory.
 *
 * @module
 */

import { markdownTable } from "../../lib/report/mod.ts";
import type { MemorySection } from "./format.ts";
import { formatMemory, machineLine, skippedLines } from "./text.ts";

/** The section. */
export function renderMemory(section: MemorySection): string {
  const { batchSize, contenders, networks, searches, command } = section;
  const missing = [
    ...section.skipped,
    ...networks.flatMap(({ title, skipped }) =>
      skipped.map((each) => ({
        title: `${each.title} on ${title}`,
        reason: each.reason,
      }))
    ),
  ];
  return [
    "## Peak memory\n",
    `Largest resident size of a process that trains one network with batch ${batchSize}, everything that its runtime keeps in memory included, and the compilation of torch.compile.\n`,
    `${machineLine(section.machine)}\n`,
    markdownTable(
      [
        { title: "peak resident" },
        ...networks.map(({ title }) => ({ title, align: "right" as const })),
      ],
      contenders
        .filter(({ id }) => networks.some(({ bytes }) => id in bytes))
        .map(({ id, title }) => [
          title,
          ...networks.map(({ bytes }) => formatMemory(bytes[id])),
        ]),
    ),
    ...(searches.length === 0 ? [] : [
      `A search on the laptop profile's network and images with two workers, shortened (\`${command}\`):\n`,
      markdownTable(
        [
          { title: "engine" },
          { title: "peak resident", align: "right" },
        ],
        searches.map(({ engine, bytes }) => [engine, formatMemory(bytes)]),
      ),
    ]),
    skippedLines(missing),
  ].filter((part) => part !== "").join("\n");
}
