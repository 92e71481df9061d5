import { fileURLToPath } from "node:url";
import { parsePaper } from "./_paper_file.ts";
import type { PaperRow, TransferRow } from "./paper_row.ts";

/** Which rows of Tables 1, 2 and 3 are asked for; what is left out matches all. */
export type RowFilter = Partial<
  Pick<PaperRow, "dataset" | "network" | "model">
>;

/** Which rows of the transfer table are asked for; what is left out matches all. */
export type TransferFilter = Partial<
  Pick<TransferRow, "source" | "target" | "policy">
>;

/** The paper's numbers. Lookups give rows in the paper's order, none when it has none. */
export interface Paper {
  /** The paper's bibliographic reference. */
  readonly source: string;
  /** Table 1: teachers, stage 1 and stage 2. */
  compression(filter?: RowFilter): readonly PaperRow[];
  /** Table 2: a pruning baseline. */
  pruning(filter?: RowFilter): readonly PaperRow[];
  /** Table 3: distillation into hand-designed students. */
  handDesigned(filter?: RowFilter): readonly PaperRow[];
  /** Section 4.6: policies pre-trained on another teacher. */
  transfer(filter?: TransferFilter): readonly TransferRow[];
}

/**
 * Reads the paper's numbers.
 *
 * @example
 * ```ts
 * import { loadPaper } from "./paper.ts";
 *
 * const url = new URL("../../experiments/paper.yaml", import.meta.url);
 * const paper = await loadPaper(url);
 * const [row] = paper.compression({ dataset: "cifar100", model: "stage2" });
 * if (row?.accuracy.text !== "68.01") throw new Error("not the paper's");
 * ```
 *
 * @param url The file, `experiments/paper.yaml`.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If the file is not YAML, or not of this form; all
 * faults are listed.
 */
export async function loadPaper(url: URL): Promise<Paper> {
  const file = parsePaper(await Deno.readTextFile(url), fileURLToPath(url));
  return {
    source: file.source,
    compression: (filter = {}) => select(file.compression, filter),
    pruning: (filter = {}) => select(file.pruning, filter),
    handDesigned: (filter = {}) => select(file.handDesigned, filter),
    transfer: (filter = {}) => select(file.transfer, filter),
  };
}

function select<Row>(
  rows: readonly Row[],
  filter: Partial<NoInfer<Row>>,
): readonly Row[] {
  const wanted = Object.entries(filter);
  return rows.filter((row) =>
    wanted.every(([key, value]) => row[key as keyof Row] === value)
  );
}
