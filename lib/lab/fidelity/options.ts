/**
 * Options of the experiment on proxies, beside those of a compression.
 *
 * @module
 */

import { z } from "zod";
import type { CompressionConfig } from "../options/compression.ts";
import { epochs, learningRate, MOST } from "../options/numbers.ts";
import { formatCount } from "../../report/mod.ts";
import type { OptionValues } from "../options/values.ts";

const images = z.int().min(0);

/** Which students are scored, and by which proxies. */
export const fidelityOptions = {
  students: z.int().min(4).max(MOST.students).default(24).describe(
    "Students that every proxy scores and the final training trains, spread over sizes",
  ),
  paperProxy: z.boolean().default(true).describe(
    "Whether the paper's proxy is among those compared: fresh weights, all images, 5 epochs",
  ),
  before: z.strictObject({
    images: images.default(0).describe(
      "Training images of the proxy from fresh weights with --student's recipe; 0 takes all",
    ),
    epochs: epochs.default(2).describe("Its passes over them"),
    learningRate: learningRate.default(0.01).describe(
      "Its highest step size: fresh weights take larger ones than inherited",
    ),
  }),
  observe: z.int().min(1).default(2000).describe(
    "Images on which the proxy without training estimates batch norm's statistics anew; the others do as --student.observe says",
  ),
  inherited: z.array(z.strictObject({ images, epochs })).default([
    { images: 0, epochs: 1 },
  ]).meta({
    title:
      "a list of different proxies { images, epochs }, images 0 for all, epochs 1 at least",
  }).refine(
    (each) => new Set(each.map(nameOfTraining)).size === each.length,
    { message: "expected each proxy once" },
  ).describe("Proxies from inherited weights with --student's recipe"),
};

/** Values of {@link fidelityOptions}. */
export type FidelityOptions = OptionValues<typeof fidelityOptions>;

/** The options of a cell that are not a compression's. */
export function fidelityOptionsOf(config: CompressionConfig): FidelityOptions {
  return z.object(fidelityOptions).parse(config);
}

/** How a training is called in the names of proxies: "2 x 3,000", "1 x all". */
export function nameOfTraining(
  { images, epochs }: { readonly images: number; readonly epochs: number },
): string {
  return `${epochs} x ${images === 0 ? "all" : formatCount(images)}`;
}
