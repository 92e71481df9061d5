import os from "node:os";
import { outputOf, systemText } from "../../system_text.ts";

/** Sets that oneDNN has single-precision kernels for, the best first. */
const SETS: readonly (readonly [string, readonly string[]])[] = [
  ["AVX-512", ["avx512f", "avx512bw", "avx512dq", "avx512vl"]],
  ["AVX2", ["avx2", "fma"]],
  ["AVX", ["avx"]],
];

/** What the bits of this machine's processor depend on, and its one thread. */
export function instructionSet(): string {
  const kernels = usesOnednn() ? "" : ", without oneDNN";
  return `${Deno.build.arch}, ${processor()}${kernels}, 1 thread`;
}

/**
 * Whether TensorFlow computes by oneDNN: where it has AVX-512 alone. With AVX2 its
 * oneDNN kernels write beyond their memory (seen with TensorFlow 2.15.1: networks of
 * random shapes ended the process in half of the runs, and never without them).
 */
export function usesOnednn(): boolean {
  return processor() === "AVX-512";
}

function processor(): string {
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64"
    ? setOf(systemText("/proc/cpuinfo"))
    // No common way to ask: machines of one model have the same.
    : os.cpus()[0]?.model.trim() || "unknown processor";
}

/** The best set of a processor, by Linux's description of it. */
export function setOf(cpuinfo: string): string {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(" "));
  const found = SETS.find(([, needed]) =>
    needed.every((flag) => flags.has(flag))
  );
  return found?.[0] ?? "SSE";
}

/** Models of this machine's GPUs, where the system tells. */
export function gpuModels(): string {
  if (Deno.build.os !== "linux") return "GPU";
  return gpusOf(
    outputOf("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]),
  );
}

/** The GPUs that NVIDIA's driver lists, one a line. */
export function gpusOf(list: string): string {
  return list.split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  ).sort().join(" + ");
}
