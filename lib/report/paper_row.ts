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
