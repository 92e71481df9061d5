import { createHash } from "node:crypto";
import os from "node:os";

/** Where a run took place: kept beside a record, never digested with it. */
export interface Environment {
  /** Model of the processor, "unknown" where the system does not tell. */
  readonly cpu: string;
  /** Logical cores. */
  readonly cores: number;
  /** Main memory in bytes. */
  readonly memoryBytes: number;
  /** Operating system and its release, for example "linux 6.1.0". */
  readonly os: string;
  /** Processor architecture as Deno names it, for example "x86_64". */
  readonly arch: string;
  /** Version of Deno. */
  readonly deno: string;
  /** Version of V8. */
  readonly v8: string;
  /** Version of TypeScript. */
  readonly typescript: string;
  /** SHA-256 of deno.lock in hex, or null where there is none. */
  readonly lock: string | null;
  /** Git commit of the code, or null outside a repository. */
  readonly commit: string | null;
  /** Whether tracked files outside results/ differ from that commit, or null. */
  readonly dirty: boolean | null;
}

/** Model of this machine's processor, "unknown" where the system does not tell. */
export function processorModel(): string {
  return os.cpus()[0]?.model.trim() || "unknown";
}

/**
 * Describes the machine and the code.
 *
 * @param root Folder of the project; default that of this code.
 */
export async function describeEnvironment(
  root: URL = new URL("../../", import.meta.url),
): Promise<Environment> {
  const commit = await git(root, ["rev-parse", "HEAD"]);
  // Results are written by the runs themselves: they say nothing of the code.
  const changes = commit === null ? null : await git(root, [
    "status",
    "--porcelain",
    "--untracked-files=no",
    "--",
    ".",
    ":(exclude)results",
  ]);
  return {
    cpu: processorModel(),
    cores: navigator.hardwareConcurrency,
    memoryBytes: os.totalmem(),
    os: `${Deno.build.os} ${Deno.osRelease()}`,
    arch: Deno.build.arch,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    typescript: Deno.version.typescript,
    lock: await lockDigest(root),
    commit,
    dirty: changes === null ? null : changes !== "",
  };
}

/** Output of a git command, or null where git or the repository is missing. */
async function git(
  root: URL,
  args: readonly string[],
): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: [...args],
      cwd: root,
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

async function lockDigest(root: URL): Promise<string | null> {
  try {
    const bytes = await Deno.readFile(new URL("deno.lock", root));
    return createHash("sha256").update(bytes).digest("hex");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
