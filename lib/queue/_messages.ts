/**
 * Messages between producers and workers, as they lie on the server. Both sides
 * check whatever they read: who has the password may write anything.
 *
 * @module
 */

import { z } from "zod";
import { networkId } from "../network/mod.ts";
import type {
  Evaluation,
  EvaluationRequest,
  PredictionRequest,
} from "../search/mod.ts";
import { type Blob, blobSchema } from "./_blobs.ts";
import { evaluationRequest, predictionRequest } from "./_requests.ts";
import { PROTOCOL } from "./names.ts";

/** Largest manifest of training data. */
const MANIFEST_BYTES = 2 ** 20;
/** Largest weights, 512 MiB: of 134 million parameters. */
export const WEIGHTS_BYTES: number = 2 ** 29;
/** Largest checkpoint: weights and two moments of each. */
export const CHECKPOINT_BYTES: number = 4 * WEIGHTS_BYTES;
/** Largest logits of one request. */
const LOGITS_BYTES = 2 ** 28;
/** Longest message as text. */
export const MESSAGE_CHARACTERS: number = 2 ** 21;
/** Longest reason of a failure. */
const REASON_CHARACTERS = 8_000;

const protocol = z.literal(PROTOCOL);
const seconds = z.number().min(0);
const by = z.string().max(400);
/** Digests of code, joined where several trained one after the other. */
const code = z.string().max(400).regex(/^[0-9a-f]+(\+[0-9a-f]+)*$/);
const manifest = blobSchema(MANIFEST_BYTES);
const weights = blobSchema(WEIGHTS_BYTES);
const checkpoint = blobSchema(CHECKPOINT_BYTES);

const evaluation: z.ZodType<Evaluation> = z.strictObject({
  networkId: z.string().max(64),
  accuracy: z.number().min(0).max(1),
  losses: z.array(z.number()).max(2 ** 20),
  validations: z.array(z.number().min(0).max(1)).max(2 ** 20).exactOptional(),
  steps: z.int().min(0),
  failure: z.strictObject({
    step: z.int().min(0),
    reason: z.string().max(REASON_CHARACTERS),
  }).exactOptional(),
});

/** Who asks: an id of a producer, for its own jobs. */
const producer = z.string().max(100);

/** A job: a training or a prediction, with the names of what it needs. */
export type Task =
  | {
    readonly kind: "evaluate";
    readonly protocol: typeof PROTOCOL;
    readonly producer: string;
    readonly request: EvaluationRequest;
    /** The training data's manifest. */
    readonly data: Blob;
    /** What the request starts from. */
    readonly weights?: Blob;
    /** An earlier attempt's checkpoint. */
    readonly resume?: Blob;
    /** Whether trained weights are wanted. */
    readonly keepsWeights: boolean;
  }
  | {
    readonly kind: "predict";
    readonly protocol: typeof PROTOCOL;
    readonly producer: string;
    readonly request: PredictionRequest;
    readonly data: Blob;
    readonly weights: Blob;
  };

const task: z.ZodType<Task> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("evaluate"),
    protocol,
    producer,
    request: evaluationRequest,
    data: manifest,
    weights: weights.exactOptional(),
    resume: checkpoint.exactOptional(),
    keepsWeights: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("predict"),
    protocol,
    producer,
    request: predictionRequest,
    data: manifest,
    weights,
  }),
]);

/** What came of a job. */
export type Answer =
  | {
    readonly kind: "evaluated";
    readonly evaluation: Evaluation;
    /** Where they were wanted and there are any. */
    readonly weights?: Blob;
    /** Whether weights were wanted. */
    readonly keepsWeights: boolean;
    /** Of training threads, over all attempts. */
    readonly seconds: number;
    /** Which worker, for people. */
    readonly by: string;
    /** Digest of the worker's code; joined, where another began. */
    readonly code?: string;
  }
  | {
    readonly kind: "predicted";
    readonly logits: Blob;
    readonly seconds: number;
    readonly by: string;
  };

const answer: z.ZodType<Answer> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("evaluated"),
    evaluation,
    weights: weights.exactOptional(),
    keepsWeights: z.boolean(),
    seconds,
    by,
    code: code.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("predicted"),
    logits: blobSchema(LOGITS_BYTES),
    seconds,
    by,
  }),
]);

/** Where a training is. */
export interface Progress {
  /** What it can be continued from. */
  readonly checkpoint: Blob;
  /** Epochs done. */
  readonly epochs: number;
  /** Of training threads, over all attempts. */
  readonly seconds: number;
  /** Digest of the code of all who trained it so far. */
  readonly code?: string;
}

const progress: z.ZodType<Progress> = z.strictObject({
  checkpoint,
  epochs: z.int().min(0),
  seconds,
  code: code.exactOptional(),
});

/** Why a job has no answer. */
export type Failure =
  /** What the training itself threw. */
  | { readonly kind: "threw"; readonly message: string }
  /** Something that it needs is not on the server any more. */
  | { readonly kind: "missing"; readonly message: string }
  /** It is not what a job may be. */
  | { readonly kind: "refused"; readonly message: string };

const failure: z.ZodType<Failure> = z.strictObject({
  kind: z.enum(["threw", "missing", "refused"]),
  message: z.string().max(REASON_CHARACTERS),
});

/** A text as a failure's reason, cut where it is too long. */
export function failureText(kind: Failure["kind"], message: string): string {
  const short = message.slice(0, REASON_CHARACTERS);
  return JSON.stringify({ kind, message: short } satisfies Failure);
}

/** A reader of messages: what is none gives undefined. */
function reader<Message>(
  schema: z.ZodType<Message>,
): (text: string | null | undefined) => Message | undefined {
  return (text) => {
    if (text === null || text === undefined) return undefined;
    if (text.length > MESSAGE_CHARACTERS) return undefined;
    try {
      return schema.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  };
}

/** Reads an answer. */
export const readAnswer: (text: string | null) => Answer | undefined = reader(
  answer,
);
/** Whether an answer is one to this request, weights where they are wanted. */
export function answers(
  answer: Answer,
  { kind, request }: Task,
  keepsWeights: boolean,
): boolean {
  if (answer.kind === "predicted") return kind === "predict";
  return kind === "evaluate" &&
    answer.evaluation.networkId === networkId(request.network) &&
    (answer.keepsWeights || !keepsWeights);
}

/** Reads where a training is. */
export const readProgress: (text: string | null) => Progress | undefined =
  reader(progress);
/** Reads a failure. */
export const readFailure: (text: string) => Failure | undefined = reader(
  failure,
);

/**
 * Checks a job.
 *
 * @param value What BullMQ has of it.
 * @throws {TypeError} If it is no job, with what is wrong.
 */
export function checkTask(value: unknown): Task {
  const length = JSON.stringify(value)?.length ?? 0;
  if (length > MESSAGE_CHARACTERS) {
    throw new TypeError(
      `Cannot read a job: it has ${length} characters, expected at most ${MESSAGE_CHARACTERS}`,
    );
  }
  const result = task.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new TypeError(`Cannot read a job: ${path.join(".")}: ${message}`);
}
