/**
 * What the page is told. Types alone: the page is bundled without its server.
 *
 * @module
 */

import type { Shape } from "../network/mod.ts";

/** How drawn and dropped pictures become such as the data set's. */
export interface Framing {
  /** Longer side of what is drawn, in pixels of the image. */
  readonly box: number;
  /**
   * What comes to the image's middle: the drawing's centre of mass, or the middle of
   * its box.
   */
  readonly centre: "mass" | "box";
}

/** The data set that both networks were trained on. */
export interface DemoData {
  /** Its name for people. */
  readonly title: string;
  /** Shape of an image, `[channels, height, width]`. */
  readonly shape: Shape;
  /** Names of the classes by class number. */
  readonly classes: readonly string[];
  /** Of each channel, of pixels scaled to 0 … 1: images are prepared by it. */
  readonly mean: readonly number[];
  /** Of each channel, likewise. */
  readonly std: readonly number[];
  /** Of a set of drawings on black; left out where nothing can be drawn. */
  readonly framing?: Framing;
}

/** A network that answers. */
export interface DemoNetwork {
  /** What it is called. */
  readonly name: string;
  /** Its record, for people. */
  readonly source: string;
  /** Its layers, for people. */
  readonly layers: string;
  /** Trainable parameters. */
  readonly parameters: number;
  /** Multiply-accumulates of one image. */
  readonly macs: number;
  /** Bytes of its ONNX file. */
  readonly bytes: number;
  /** Recorded accuracy on the test split, in [0, 1]. */
  readonly accuracy: number;
}

/** The test images, or why there are none. */
export type DemoTests = { readonly count: number } | {
  readonly reason: string;
};

/** All that the page shows, but for weights and images. */
export interface Demo {
  /** The data set. */
  readonly data: DemoData;
  /** The larger network. */
  readonly teacher: DemoNetwork;
  /** The smaller one. */
  readonly student: DemoNetwork;
  /** What must be known of the two, in a sentence. */
  readonly note?: string;
  /** What can be shown beside drawings and pictures. */
  readonly tests: DemoTests;
}
