import os from "node:os";

/** Sets that oneDNN has single-precision kernels for, the best first. */
const SETS: readonly (readonly [string, readonly string[]])[] = [
  ["AVX-512", ["avx512f", "avx512bw", "avx512dq", "avx512vl"]],
  ["AVX2", ["avx2", "fma"]],
  ["AVX", ["avx"]],
];

/** What the bits of this machine's processor depend on, and its one thread. */
export function instructionSet(): string {
  return `${Deno.build.arch}, ${processor()}, 1 thread`;
}

function processor(): string {
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64"
    ? setOf(Deno.readTextFileSync("/proc/cpuinfo"))
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
  const folder = "/proc/driver/nvidia/gpus";
  const models = Array.from(Deno.readDirSync(folder), ({ name }) => {
    const text = Deno.readTextFileSync(`${folder}/${name}/information`);
    return /^Model:\s*(.*)$/m.exec(text)?.[1]?.trim() ?? "GPU";
  });
  return models.sort().join(" + ");
}
