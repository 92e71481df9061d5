import { parsePaper } from "./_paper_file.ts";

/**
 * How a number of the paper is known: `printed` was read off the final PDF,
 * `third-party` was copied from the paper by others, `memory` is remembered.
 */
export type Provenance = "printed" | "third-party" | "memory";

/** One number of the paper. */
export interface PaperCell {
  /** The number exactly as the paper prints it, for example "20.53x". */
  readonly text: string;
  /**
   * The number: accuracies, deltas and compressions in percent as fractions
   * ("99.54" is 0.9954, "-0.33" is -0.0033), "9.4M" as 9,400,000, "20.53x" as
   * 20.53.
   */
  readonly value: number;
  /** How the number is known. */
  readonly provenance: Provenance;
}

/** A row of the paper's Tables 1, 2 and 3. */
export interface PaperRow {
  /** Data set, for example "cifar10". */
  readonly dataset: string;
  /** Teacher, for example "resnet18". */
  readonly network: string;
  /**
   * What the row is about: "teacher"; Table 1 "stage1" (layer removal) or
   * "stage2" (then shrinkage); Tables 2 and 3 "ours" or the baseline's name.
   */
  readonly model: string;
  /** Test accuracy, value in [0, 1]. */
  readonly accuracy: PaperCell;
  /** Number of parameters. */
  readonly parameters: PaperCell;
  /** Accuracy minus the teacher's, value in [-1, 1]; teachers have none. */
  readonly delta?: PaperCell;
  /** Teacher parameters / own parameters; teachers have none. */
  readonly compression?: PaperCell;
  /** What does not add up, or must be known to read the row. */
  readonly note?: string;
}

/** A row of the paper's transfer table (section 4.6): means of the first 10 iterations. */
export interface TransferRow {
  /** Teacher the policy was trained on before, for example "vgg11". */
  readonly source: string;
  /** Teacher that is compressed. */
  readonly target: string;
  /** Whether the policy starts from the source's or from scratch. */
  readonly policy: "pretrained" | "scratch";
  /** Mean reward. */
  readonly reward: PaperCell;
  /** Mean C = 1 - student parameters / teacher parameters, in [0, 1]. */
  readonly compression: PaperCell;
  /** Mean accuracy of the students, in [0, 1]. */
  readonly accuracy: PaperCell;
  /** What does not add up. */
  readonly note?: string;
}

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
  const file = parsePaper(await Deno.readTextFile(url), url.pathname);
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
