/**
 * What parent and training processes say to each other, one JSON object a line;
 * pytorch_step.py speaks it too.
 *
 * @module
 */

import type { Network } from "../lib/network/mod.ts";

/** First message: what to train. */
export interface OpenMessage {
  /** Tells the messages apart. */
  readonly command: "open";
  /** In canonical form. */
  readonly network: Network;
  /** Images of a step. */
  readonly batchSize: number;
  /** Name of our engine, for our processes. */
  readonly engine?: string;
}

/** Its answer. */
export interface Opened {
  /** Trainable parameters as the runtime counts them. */
  readonly parameters: number;
}

/** Asks for training steps. */
export interface StepsMessage {
  /** Tells the messages apart. */
  readonly command: "steps";
  /** How many, >= 1. */
  readonly steps: number;
}

/** Its answer. */
export interface Stepped {
  /** Of each step. */
  readonly milliseconds: readonly number[];
}

/** Asks for the largest resident size so far. */
export interface PeakMessage {
  /** Tells the messages apart. */
  readonly command: "peak";
}

/** Its answer. */
export interface Peak {
  /** Null where the system does not tell. */
  readonly bytes: number | null;
}
