/** A size of a layer that a ratio can scale. */
export type ShrinkVariable = "kernel" | "stride" | "padding" | "channels";

/** One ratio for each size of a layer, 0 < r <= 1; those left out are 1. */
export type ShrinkRatios = Readonly<Partial<Record<ShrinkVariable, number>>>;

/**
 * Fewest output channels that shrinkage leaves a convolution (or its own number
 * where that is smaller), as in the authors' code.
 */
export const MIN_CHANNELS = 10;

/** Which decisions are free in shrinkage, and how far they go. */
export interface ShrinkRules {
  /**
   * What may shrink outside residual blocks. `channels`: a convolution's output
   * channels only. `all`: its kernel and padding too, and a max-pool's kernel,
   * stride and padding, as in the authors' code, where any ratio below 1 turns
   * padding 1 into 0 and a 2x2 pool's stride into 1. Default `channels`: the maps
   * keep their size, and hardly a student is rejected. Inside residual blocks
   * only channels shrink, in either mode.
   *
   * The authors draw one ratio for each variable of a layer, as
   * {@linkcode shrinkLayers} takes them. What still differs from their release:
   * it takes one more step a layer, for its type, that changes nothing; its
   * policy reads a choice back by scaling the feature it was made for; and the
   * width of a block's first convolution comes from the action of the block's
   * last leaf, that of its second convolution from the last but one, where here
   * each convolution has its own.
   */
  readonly shrink?: "channels" | "all";
  /** Fewest channels left, an integer >= 1. Default {@linkcode MIN_CHANNELS}. */
  readonly minChannels?: number;
}
