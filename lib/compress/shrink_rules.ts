/**
 * Fewest output channels that shrinkage leaves a convolution (or its own number
 * where that is smaller), as in the authors' code.
 */
export const MIN_CHANNELS = 10;

/** Which decisions are free in shrinkage, and how far they go. */
export interface ShrinkRules {
  /**
   * What a ratio scales outside residual blocks. `channels`: a convolution's
   * output channels only. `all`: its kernel and padding too, and a max-pool's
   * kernel, stride and padding, as in the authors' code, where one ratio below 1
   * turns padding 1 into 0 and a 2x2 pool into none. Default `channels`: a
   * single ratio a layer then has one meaning, the maps keep their size, and
   * hardly a student is rejected. Inside residual blocks only channels shrink,
   * in either mode.
   */
  readonly shrink?: "channels" | "all";
  /** Fewest channels left, an integer >= 1. Default {@linkcode MIN_CHANNELS}. */
  readonly minChannels?: number;
}
