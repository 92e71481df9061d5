/**
 * The table behind the engine's rule for Winograd.
 *
 * @module
 */

import {
  escapeMarkdown,
  formatNumber,
  markdownTable,
} from "../../lib/report/mod.ts";
import { medianRatio } from "../statistics.ts";
import type { WinogradSection } from "./format.ts";
import { machineLine, roundsLine } from "./text.ts";

type GridCell = WinogradSection["shapes"][number];

/** Time of the direct passes divided by that of Winograd's: above 1 Winograd wins. */
export function winogradGain({ direct, winograd }: GridCell): number {
  return medianRatio(direct, winograd);
}

/** Cells in which the rule takes the slower way by more than a twentieth. */
export function badChoices(
  { shapes }: WinogradSection,
): readonly GridCell[] {
  return shapes.filter((cell) => {
    const gain = winogradGain(cell);
    return cell.kernels > 0 && (cell.rule ? gain < 1 / 1.05 : gain > 1.05);
  });
}

/** The section. */
export function renderWinograd(section: WinogradSection): string {
  const { shapes, version, batchSize } = section;
  const channels = [...new Set(shapes.map((cell) => cell.channels))];
  const sides = [...new Set(shapes.map((cell) => cell.side))];
  const bad = badChoices(section);
  const names = bad.map(({ channels, side }) =>
    `${channels} channels on ${side}x${side}`
  );
  const cell = (channels: number, side: number) => {
    const found = shapes.find((each) =>
      each.channels === channels && each.side === side
    );
    if (found === undefined || found.kernels === 0) return "–";
    const gain = formatNumber(winogradGain(found), 2);
    return { markdown: found.rule ? `**${gain}**` : gain };
  };
  return [
    "## Winograd\n",
    `3x3 convolutions of stride 1 with as many channels out as in, batch ${batchSize}, one thread: time of forward, backward-data and backward-weights with direct kernels divided by the time with Winograd kernels, reorders of weights included. Above 1 Winograd is faster; bold where the engine's fixed rule asks for it; a dash where there is no such kernel. Passes without a Winograd kernel run directly on both sides.\n`,
    `${roundsLine(section)}\n`,
    `${machineLine(section.machine)} ${escapeMarkdown(version)}.\n`,
    markdownTable(
      [
        { title: "channels" },
        ...sides.map((side) => ({
          title: `${side}x${side}`,
          align: "right" as const,
        })),
      ],
      channels.map((count) => [
        `${count}`,
        ...sides.map((side) => cell(count, side)),
      ]),
    ),
    names.length === 0
      ? "Nowhere does the rule take a way that is slower by more than 5 %.\n"
      : `The rule takes the way that is slower by more than 5 % for ${
        names.join(", ")
      }.\n`,
  ].join("\n");
}
