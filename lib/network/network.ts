/**
 * What a convolutional network is: a frozen, JSON-serialisable value without
 * weights. Everything else here (shapes, parameters, MACs, identity) is a
 * function of it.
 *
 * @module
 */

/** The shape of one image or feature map: `[channels, height, width]`. */
export type Shape = readonly [
  channels: number,
  height: number,
  width: number,
];

/** 2-D convolution with a square kernel; input channels follow from the layer before. */
export interface Conv {
  /** Kind of layer. */
  readonly type: "conv";
  /** Output channels, >= 1. */
  readonly outChannels: number;
  /** Side of the square kernel in pixels, >= 1. */
  readonly kernel: number;
  /** Step in pixels, >= 1. */
  readonly stride: number;
  /** Zeros added on each of the four sides, >= 0. */
  readonly padding: number;
  /** Whether a bias is added to each output channel. */
  readonly bias: boolean;
}

/** Batch normalisation over channels, with learned scale and shift. */
export interface BatchNorm {
  /** Kind of layer. */
  readonly type: "batchNorm";
}

/** max(x, 0). */
export interface ReLU {
  /** Kind of layer. */
  readonly type: "relu";
}

/** Maximum over a square window; padded pixels never win. */
export interface MaxPool {
  /** Kind of layer. */
  readonly type: "maxPool";
  /** Side of the window in pixels, >= 1. */
  readonly kernel: number;
  /** Step in pixels, >= 1. */
  readonly stride: number;
  /** Pixels added on each side, at most half the kernel. */
  readonly padding: number;
}

/** Mean over a square window, without padding. */
export interface AvgPool {
  /** Kind of layer. */
  readonly type: "avgPool";
  /** Side of the window in pixels, >= 1; "global" takes the whole map. */
  readonly kernel: number | "global";
  /** Step in pixels, >= 1; ignored when the kernel is "global". */
  readonly stride: number;
}

/** Fully connected layer on the flattened input (channel-major order). */
export interface Linear {
  /** Kind of layer. */
  readonly type: "linear";
  /** Number of outputs, >= 1. */
  readonly outFeatures: number;
  /** Whether a bias is added. */
  readonly bias: boolean;
}

/** Sets inputs to zero with the given probability in training, and rescales the rest. */
export interface Dropout {
  /** Kind of layer. */
  readonly type: "dropout";
  /** Probability of a zero, 0 <= rate < 1. */
  readonly rate: number;
}

/**
 * Channels of zeros before and after those of the input. After an average pool of
 * kernel 1 and stride 2, which takes every other pixel, it is ResNet's shortcut
 * without parameters ("option A" of He et al. 2015, for CIFAR).
 */
export interface PadChannels {
  /** Kind of layer. */
  readonly type: "padChannels";
  /** Channels added before the first, >= 0. */
  readonly before: number;
  /** Channels added after the last, >= 0. */
  readonly after: number;
}

/** A layer without inner structure. */
export type Layer =
  | Conv
  | BatchNorm
  | ReLU
  | MaxPool
  | AvgPool
  | Linear
  | Dropout
  | PadChannels;

/**
 * relu(body(x) + shortcut(x)). An empty shortcut is the identity. An empty body
 * contributes nothing: the block is then relu(shortcut(x)), and with an empty
 * shortcut too it is the identity.
 */
export interface Residual {
  /** Kind of block. */
  readonly type: "residual";
  /** Layers of the residual branch, in order. */
  readonly body: readonly Layer[];
  /** Layers of the other branch, in order; its output has the shape of the body's. */
  readonly shortcut: readonly Layer[];
}

/**
 * The channels of all branches, one branch after the other. Each branch reads
 * the block's input; an empty one is the identity.
 */
export interface Concat {
  /** Kind of block. */
  readonly type: "concat";
  /** At least one list of layers; their outputs have maps of the same size. */
  readonly branches: readonly (readonly Layer[])[];
}

/** An entry of a network's sequence. */
export type Block = Layer | Residual | Concat;

/** A network: blocks applied in order to an input; the output is the logits. */
export interface Network {
  /** Shape of one input image. */
  readonly input: Shape;
  /** Applied in order. */
  readonly blocks: readonly Block[];
}

/**
 * Added to the variance by batch normalisation (PyTorch's default, which the
 * authors used).
 */
export const BATCH_NORM_EPSILON = 1e-5;

/** Weight of the newest batch in the running statistics (PyTorch's default). */
export const BATCH_NORM_MOMENTUM = 0.1;
