/**
 * A convolution of the grid: as many channels out as in, a square map.
 *
 * @module
 */

/** One cell of the grid. */
export interface GridShape {
  /** In and out. */
  readonly channels: number;
  /** Pixels of the map's side. */
  readonly side: number;
}

/** Channels of VGG and ResNet from a quarter of the paper's width to the full one. */
export const CHANNELS: readonly number[] = [16, 32, 48, 64, 128, 256, 512];
/** Sides that 28x28 and 32x32 images have after pools, and some between. */
export const SIDES: readonly number[] = [4, 7, 8, 14, 16, 28, 32];

/** All cells, row by row. */
export function gridShapes(): readonly GridShape[] {
  return CHANNELS.flatMap((channels) =>
    SIDES.map((side) => ({ channels, side }))
  );
}

/** The two ways to compute it. */
export type Way = "direct" | "winograd";

/** Asks for the three passes of a convolution. */
export interface PassesMessage extends GridShape {
  /** Tells the messages apart. */
  readonly command: "passes";
  /** Images. */
  readonly batchSize: number;
  /** Which algorithm. */
  readonly way: Way;
  /** About how long to repeat them. */
  readonly aboutMs: number;
}

/** Their time. */
export interface PassesAnswer {
  /** Of all three together, median over the repetitions. */
  readonly milliseconds: number;
  /** Passes that had a kernel of the algorithm; the others ran directly. */
  readonly kernels: number;
}

/** Answer to the first message. */
export interface GridOpened {
  /** Of the library. */
  readonly version: string;
  /** For each cell of the grid, whether the engine's rule asks for Winograd. */
  readonly rule: readonly boolean[];
}
