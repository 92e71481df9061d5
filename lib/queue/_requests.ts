/**
 * What may be asked of a worker over the network: requests as lib/search defines
 * them, each field within bounds. A request is data and stays data.
 *
 * @module
 */

import { z } from "zod";
import type { EvaluationRequest, PredictionRequest } from "../search/mod.ts";
import { IMPORTANCES } from "../training/mod.ts";

/** Most layers of a network, branches included one by one. */
const MOST_LAYERS = 2000;

const size = z.int().min(1).max(2 ** 20);
const padding = z.int().min(0).max(2 ** 16);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const weight = z.number().min(0);
const seed = z.int().min(1);
const digest = z.string().min(1).max(200);
const engine = z.string().min(1).max(100);

const layer = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("conv"),
    outChannels: size,
    kernel: size,
    stride: size,
    padding,
    bias: z.boolean(),
  }),
  z.strictObject({ type: z.literal("batchNorm") }),
  z.strictObject({ type: z.literal("relu") }),
  z.strictObject({
    type: z.literal("maxPool"),
    kernel: size,
    stride: size,
    padding,
  }),
  z.strictObject({
    type: z.literal("avgPool"),
    kernel: z.union([size, z.literal("global")]),
    stride: size,
  }),
  z.strictObject({
    type: z.literal("linear"),
    outFeatures: size,
    bias: z.boolean(),
  }),
  z.strictObject({ type: z.literal("dropout"), rate: share }),
  z.strictObject({
    type: z.literal("padChannels"),
    before: padding,
    after: padding,
  }),
]);
const layers = z.array(layer).max(MOST_LAYERS);

const network = z.strictObject({
  input: z.tuple([size, size, size]),
  blocks: z.array(z.union([
    layer,
    z.strictObject({
      type: z.literal("residual"),
      body: layers,
      shortcut: layers,
    }),
    z.strictObject({
      type: z.literal("concat"),
      branches: z.array(layers).min(1).max(100),
    }),
  ])).max(MOST_LAYERS),
});

const augmentation = z.strictObject({
  cropPadding: padding,
  flip: z.boolean(),
});

const recipe = z.strictObject({
  epochs: z.int().min(0).max(2 ** 20),
  batchSize: size,
  learningRate: positive,
  schedule: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("constant") }),
    z.strictObject({ type: z.literal("cosine") }),
    z.strictObject({
      type: z.literal("step"),
      at: z.array(z.number()).max(1000),
      factor: z.number(),
    }),
    z.strictObject({ type: z.literal("oneCycle"), warmup: z.number() }),
  ]),
  optimiser: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("sgd"),
      momentum: share,
      nesterov: z.boolean(),
      weightDecay: weight,
    }),
    z.strictObject({
      type: z.literal("adam"),
      beta1: share,
      beta2: share,
      epsilon: weight,
      weightDecay: weight,
      decoupled: z.literal(true).exactOptional(),
    }),
  ]),
  loss: z.strictObject({
    crossEntropy: weight,
    logitMse: weight,
    kl: z.strictObject({ weight: positive, temperature: positive })
      .exactOptional(),
  }),
  initialisation: z.enum(["pytorch", "pytorch-0.2", "he"]),
  augmentation,
  views: z.int().min(1).exactOptional(),
  precision: z.literal("bf16").exactOptional(),
});

/** {@link EvaluationRequest}. */
export const evaluationRequest: z.ZodType<EvaluationRequest> = z.strictObject({
  network,
  recipe,
  data: digest,
  seed,
  engine,
  start: z.strictObject({
    base: network,
    weights: digest,
    layers: z.array(z.int().min(0).max(2 ** 20)).max(MOST_LAYERS),
    importance: z.enum(IMPORTANCES),
    observe: size.exactOptional(),
  }).exactOptional(),
  validateEpochs: z.literal(true).exactOptional(),
});

/** {@link PredictionRequest}. */
export const predictionRequest: z.ZodType<PredictionRequest> = z.strictObject({
  network,
  weights: digest,
  data: digest,
  rows: z.strictObject({ from: z.int().min(0), to: z.int().min(1) }),
  view: z.strictObject({
    augmentation,
    seed,
    epoch: z.int().min(0),
  }).exactOptional(),
  engine,
});
