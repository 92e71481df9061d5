/**
 * Kinds of processors: what a measurement holds for.
 *
 * @module
 */

import { processorModel } from "../lib/cli/mod.ts";

/** Widest instructions that training profits from, the best first. */
const VECTORS = [
  ["amx_bf16", "AMX"],
  ["avx512_bf16", "AVX-512 with bfloat16"],
  ["avx512f", "AVX-512"],
  ["avx2", "AVX2"],
] as const;

/** A kind of processor. */
export interface Processor {
  /** What its maker calls it, as far as the system tells. */
  readonly model: string;
  /** Family and model numbers on x86, which a virtual machine's name often lacks. */
  readonly family: string;
  /** Widest instructions as the system names them, for example "avx512_bf16"; "" where it does not tell. */
  readonly vectors: string;
}

/** This machine's processor: Linux tells its family and its instructions. */
export function thisProcessor(): Processor {
  const model = processorModel();
  try {
    return parseProcessor(Deno.readTextFileSync("/proc/cpuinfo"), model);
  } catch {
    return { model, family: "", vectors: "" };
  }
}

/**
 * Reads /proc/cpuinfo.
 *
 * @param text Its content.
 * @param model Name of the processor.
 */
export function parseProcessor(text: string, model: string): Processor {
  const field = (name: string) =>
    new RegExp(`^${name}\\s*: (.*)$`, "m").exec(text)?.[1]?.trim();
  const [vendor, ...numbers] = ["vendor_id", "cpu family", "model"].map(field);
  const flags = new Set(field("flags")?.split(" "));
  return {
    model,
    family: vendor === undefined
      ? ""
      : [vendor.replace(/^(Genuine|Authentic)/, ""), ...numbers].join(" "),
    vectors: VECTORS.find(([flag]) => flags.has(flag))?.[0] ?? "",
  };
}

/** Whether it computes products of bfloat16 numbers itself. */
export function hasBf16({ vectors }: Processor): boolean {
  return vectors === "amx_bf16" || vectors === "avx512_bf16";
}

/** "AMD EPYC (AMD 26 2), AVX-512 with bfloat16". */
export function processorTitle(
  { model, family, vectors }: Processor,
): string {
  const instructions = VECTORS.find(([flag]) => flag === vectors)?.[1];
  return `${model}${family === "" ? "" : ` (${family})`}${
    instructions === undefined ? "" : `, ${instructions}`
  }`;
}

/** Name of its files: "amd-26-2-avx512-bf16", or from its model where that is all. */
export function processorSlug({ model, family, vectors }: Processor): string {
  const name = family === "" ? model : `${family} ${vectors}`;
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
