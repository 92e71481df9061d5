/**
 * What fields of records may hold: the pieces that the schemas of all questions are
 * made of.
 *
 * @module
 */

import { z } from "zod";
import {
  canonical,
  countMacs,
  countParameters,
  type Network,
} from "../../network/mod.ts";

/** A text. */
export const text: z.ZodString = z.string();

/** A SHA-256. */
export const digest: z.ZodString = z.string().regex(
  /^[0-9a-f]{64}$/,
  "expected the 64 hexadecimal digits of a SHA-256",
);

/** A finite number. */
export const number: z.ZodNumber = z.number();

/** How many. */
export const count: z.ZodInt = z.int().min(0);

/** A seed. */
export const recordedSeed: z.ZodInt = z.int().min(1);

/** A share of some images, 0 to 1. */
export const share: z.ZodNumber = z.number().min(0).max(1);

/** Indices of a network's leaves, decision by decision. */
export const leafIndices: z.ZodArray<z.ZodArray<z.ZodInt>> = z.array(
  z.array(count),
);

/** A network that can run. */
export const network: z.ZodType<Network> = z.custom<Network>(
  isNetwork,
  "expected a network that can run",
);

function isNetwork(value: unknown): boolean {
  try {
    const network = canonical(value as Network);
    return [countParameters(network), countMacs(network)].every(
      Number.isSafeInteger,
    );
  } catch {
    // What is no network at all has no one way to fail.
    return false;
  }
}

/** What trained. */
export const engine: z.ZodType = z.strictObject({
  name: text,
  version: text,
  instructionSet: text,
});

/** A data set by its content. */
export const dataFields = {
  name: text,
  digest: z.strictObject({ train: digest, test: digest }),
  official: z.literal(false).optional(),
};

/** The sizes of a network, which follow from it. */
export const sizeFields = {
  parameters: z.int().min(1),
  macs: count,
};

const preprocessing = z.strictObject({
  mean: z.array(number),
  std: z.array(number),
});

/** A teacher that was taken as it was. */
export const takenTeacher: z.ZodType = z.union([
  z.strictObject({ weights: digest, engine }),
  z.strictObject({
    name: text,
    format: z.enum(["onnx", "tfjs", "safetensors"]),
    file: digest,
    weights: digest,
    preprocessing,
  }),
]);
