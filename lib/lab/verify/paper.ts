/**
 * The paper's numbers: each says how it is known, and they fit together.
 *
 * @module
 */

import {
  loadPaper,
  type PaperCell,
  type PaperRow,
  type Provenance,
} from "../../report/mod.ts";
import { fileURLToPath } from "node:url";
import type { Context } from "./context.ts";

/**
 * Verifies the file of the paper's numbers. Its form leaves no number without how it
 * is known; a row whose numbers do not fit together has a note that says so.
 *
 * @param context Where flaws go.
 * @param paper The file.
 */
export async function verifyPaper(
  { tally }: Pick<Context, "tally">,
  paper: URL,
): Promise<void> {
  const path = fileURLToPath(paper);
  const find = (message: string) =>
    tally.find({ check: "paper", path, kind: "different", message });
  let numbers: Awaited<ReturnType<typeof loadPaper>>;
  try {
    numbers = await loadPaper(paper);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    tally.find({
      check: "paper",
      path,
      kind: "damaged",
      message: error.message.replaceAll(/\s*\n\s*/g, "; "),
    });
    return;
  }
  const rows = [
    ...numbers.compression(),
    ...numbers.pruning(),
    ...numbers.handDesigned(),
  ];
  const cells = [...rows, ...numbers.transfer()].flatMap((row) =>
    Object.values(row).filter(isCell)
  );
  tally.count("paper", cells.length);
  const known = Map.groupBy(cells, ({ provenance }) => provenance);
  const count = (provenance: Provenance) => known.get(provenance)?.length ?? 0;
  tally.note(
    "paper",
    `${count("printed")} printed, ${count("third-party")} copied by others, ${
      count("memory")
    } remembered and marked so`,
  );
  for (const row of rows) {
    const teacher = rows.find((each) =>
      each.dataset === row.dataset && each.network === row.network &&
      each.model === "teacher"
    );
    if (teacher === undefined || row.note !== undefined) continue;
    const name = `${row.dataset} ${row.network} ${row.model}`;
    if (!isDelta(row, teacher)) {
      find(
        `Delta of ${name} is ${row.delta?.text}, expected ${row.accuracy.text} - ${teacher.accuracy.text}, or a note on it`,
      );
    }
    if (!isRatio(row, teacher)) {
      find(
        `Compression of ${name} is ${row.compression?.text}, expected ${teacher.parameters.text} / ${row.parameters.text}, or a note on it`,
      );
    }
  }
}

function isCell(value: unknown): value is PaperCell {
  return typeof value === "object" && value !== null && "provenance" in value;
}

/** Whether a difference of printed numbers is the printed one. */
function isDelta(
  { delta, accuracy }: PaperRow,
  teacher: PaperRow,
): boolean {
  if (delta === undefined) return true;
  const difference = accuracy.value - teacher.accuracy.value - delta.value;
  return Math.abs(difference) < 1e-6;
}

/** Whether a ratio of rounded numbers can be the printed one. */
function isRatio({ compression, parameters }: PaperRow, teacher: PaperRow) {
  if (compression === undefined) return true;
  const half = [compression, parameters, teacher.parameters].map(halfUnit);
  const [lowest, highest] = [1, -1].map((sign) =>
    (teacher.parameters.value - sign * half[2]!) /
    (parameters.value + sign * half[1]!)
  );
  return compression.value + half[0]! >= lowest! &&
    compression.value - half[0]! <= highest!;
}

/** Half of the last printed digit, as a value. */
function halfUnit({ text }: PaperCell): number {
  const [, decimals = "", unit = ""] = /^\d+(?:\.(\d+))?([xKM]?)$/.exec(text) ??
    [];
  const scale = unit === "M" ? 1e6 : unit === "K" ? 1e3 : 1;
  return 0.5 * scale * 10 ** -decimals.length;
}
