import os from "node:os";
import { systemText } from "../system_text.ts";

/**
 * What bits of oneDNN 2.x depend on beside the instruction set: it cuts its work by
 * the sizes of the caches, which it asks Intel's processors for. Of others it knows
 * none and takes fixed sizes (`get_per_core_cache_size` in its src/cpu/platform.cpp,
 * `setCacheHierarchy` of its Xbyak). Seen: a Xeon and an EPYC of one instruction set
 * whose teachers differ.
 *
 * @returns What is added to the instruction set's name, or "".
 */
export function cachesNote(): string {
  if (Deno.build.arch !== "x86_64") return "";
  if (Deno.build.os === "linux") return cachesOf(systemText("/proc/cpuinfo"));
  const model = os.cpus()[0]?.model.trim() ?? "";
  return /intel/i.test(model) ? `, ${model}` : "";
}

/**
 * The same by Linux's description of a processor: family and model, and the last
 * cache with those that share it.
 *
 * @param cpuinfo Text of /proc/cpuinfo.
 */
export function cachesOf(cpuinfo: string): string {
  const said = (key: string) =>
    new RegExp(`^${key}\\s*:\\s*(.*?)\\s*$`, "m").exec(cpuinfo)?.[1] ?? "?";
  return said("vendor_id") === "GenuineIntel"
    ? `, Intel ${said("cpu family")}/${said("model")}, cache ${
      said("cache size")
    } of ${said("siblings")}`
    : "";
}
