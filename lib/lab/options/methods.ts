/**
 * Whole methods by name: what `--method` sets at once, line by line.
 *
 * @module
 */

/** How long the paper's stages are (authors' code: 100 iterations). */
const PAPER_LENGTH = { iterations: 100, rollouts: 5 } as const;

/** The paper's policies, however long they search: Adam 0.003 and 0.01. */
export const PAPER_POLICIES = {
  removal: paperPolicy(0.003),
  shrinkage: paperPolicy(0.01),
} as const;

/**
 * The paper's own procedure, as far as it is known (sections 3 and 4; what the
 * paper leaves open, as in the authors' release). Teacher, final training and
 * baseline decay are not known and stay as they are.
 */
const PAPER = {
  // Two stages, layer removal first; one decision a layer; REINFORCE.
  stages: "removal,shrinkage",
  space: "leaf",
  search: "reinforce",
  student: {
    // Every student sees all training images, for 5 epochs, in both stages.
    images: 0,
    validationImages: 0,
    epochs: 5,
    shrinkageEpochs: 5,
    // Authors' code: batches of 64 (MNIST), Adam 5e-4, weight decay 5e-4.
    batchSize: 64,
    learningRate: 5e-4,
    schedule: "constant",
    weightDecay: 5e-4,
    // Fresh weights, as PyTorch 0.2 drew them.
    start: "fresh",
    initialisation: "pytorch-0.2",
  },
  // Only the best of a stage is trained to the end, and none in between.
  finalists: 1,
  final: { start: "fresh", halving: [] },
  removal: { ...PAPER_LENGTH, ...PAPER_POLICIES.removal },
  shrinkage: { ...PAPER_LENGTH, ...PAPER_POLICIES.shrinkage },
  // Authors' code: kernel, stride, padding and channels shrink, each by itself;
  // at least 10 channels stay.
  shrink: { what: "all", minChannels: 10 },
} as const;

function paperPolicy(learningRate: number) {
  return {
    learningRate,
    hidden: 30,
    // The state of section 3.1: seven numbers, as they are.
    features: "paper",
    leafLogits: false,
    entropyWeight: 0,
    entropyFalls: false,
    initialKeepBias: 0,
    // An exponential moving average of earlier rewards, advantages as they are.
    baseline: "movingAverage",
    normaliseAdvantage: false,
    passes: 1,
    clip: 0,
  } as const;
}

/**
 * Ours. Students start from the network that they are made of: then a short
 * training ranks them, which from fresh weights it does not on anything harder
 * than MNIST. What belongs together is decided together, the policy can tell
 * layers apart, and a stage has 150 students: this ranks first in a simulation on
 * the networks' real masks and sizes with made-up accuracies. How many images and
 * epochs, profiles say.
 */
const BEST = {
  stages: "removal,shrinkage",
  space: "block",
  search: "reinforce",
  student: {
    start: "inherited",
    importance: "filterL1",
    // A third of the rate that suits fresh weights: 5,000 images of CIFAR-10 bring
    // a 3.3x smaller ResNet-18 back to 79.5 %, at a tenth of it to 68.7 %.
    learningRate: 0.003,
    batchSize: 32,
    schedule: "oneCycle",
    weightDecay: 0,
    initialisation: "he",
  },
  // Ten times the usual weight of the teacher's logits: a 5.1x smaller ResNet-18 on
  // CIFAR-10 then reaches 85.10 instead of 83.84 % of the validation images in 12
  // epochs (one run each, fresh weights).
  final: { start: "inherited", batchSize: 64, distillation: 1 },
  finalists: 1,
  removal: bestStage(0.01),
  shrinkage: bestStage(0.03),
} as const;

function bestStage(learningRate: number) {
  return {
    iterations: 25,
    rollouts: 6,
    learningRate,
    features: "rich",
    leafLogits: true,
    entropyWeight: 0.1,
    entropyFalls: true,
    baseline: "leaveOneOut",
  } as const;
}

/** What each method sets. */
export const METHODS = { paper: PAPER, best: BEST } as const;

/** Name of a method. */
export type MethodName = keyof typeof METHODS;

/** All names. */
export const METHOD_NAMES = Object.keys(METHODS) as [
  MethodName,
  ...MethodName[],
];
