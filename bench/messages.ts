/**
 * What parent and training processes say to each other, one JSON object a line;
 * pytorch_step.py speaks it too.
 *
 * @module
 */

import type { Precision } from "../lib/engine/mod.ts";
import type { Network } from "../lib/network/mod.ts";

/** First message: what to train. */
export interface OpenMessage {
  /** Tells the messages apart. */
  readonly command: "open";
  /** In canonical form. */
  readonly network: Network;
  /** Images of a step. */
  readonly batchSize: number;
  /** Images of a prediction. */
  readonly predictions: number;
  /** Name of our engine, for our processes. */
  readonly engine?: string;
  /** What our engine's steps compute in. */
  readonly precision?: Precision;
}

/** Its answer. */
export interface Opened {
  /** Trainable parameters as the runtime counts them. */
  readonly parameters: number;
}

/** What can be timed in an open process. */
export type Work =
  /** A training step. */
  | "steps"
  /** A prediction of the opening message's images. */
  | "predictions"
  /** Building and compiling the network once more, to the end of its first step. */
  | "starts";

/** Asks for some work. */
export interface WorkMessage {
  /** Tells the messages apart. */
  readonly command: Work;
  /** How often, >= 1. */
  readonly times: number;
}

/** Its answer. */
export interface Worked {
  /** Of each time. */
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

/** What a probe says of one of our engines. */
export interface EngineProbe {
  /** Of the runtime, with its instructions. */
  readonly version: string;
  /** What it computes in beside single precision. */
  readonly precisions: readonly Precision[];
}
