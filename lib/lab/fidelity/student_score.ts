import type { Network } from "../../network/mod.ts";
import type { SpaceKind } from "../../search/mod.ts";

/** A student with its scores and its truth. */
export interface StudentScore {
  /** Id of its network. */
  readonly networkId: string;
  /** Its network. */
  readonly network: Network;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** What made it of the teacher. */
  readonly kind: SpaceKind;
  /**
   * Accuracy after the final training on the confirming half, in [0, 1]: what a
   * proxy is to foretell; 0 for a failed training.
   */
  readonly truth: number;
  /** The same on the scoring half. */
  readonly truthOnScoring: number;
  /** By the proxy's name; accuracy on the scoring half, 0 for a failed training. */
  readonly scores: Readonly<Record<string, { readonly accuracy: number }>>;
}
