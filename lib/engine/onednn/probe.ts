/**
 * Whether a library can be loaded at all: one that crashes takes its process along,
 * so it is loaded in a process of its own first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { crashes } from "./obstacles.ts";

const SCRIPT = fileURLToPath(new URL("./probe_script.ts", import.meta.url));

/** A library that works is loaded in a tenth of a second. */
const PATIENCE_MS = 30_000;

/** What was found, by file: once a process is enough. */
const probed = new Map<string, Promise<void>>();

/** Somebody stopped the trial, as Ctrl-C does: it says nothing of the library. */
class ProbeInterruptedError extends Error {
  override readonly name = "ProbeInterruptedError";
  /** The process's exit code: of what is stopped. */
  readonly exitCode = 130;
}

/**
 * Loads a library as the engine does and runs its first calls, elsewhere. Does
 * nothing in a worker, whose process has done so, and where Deno may not be run.
 *
 * @throws {EngineUnavailableError} If that ends the process, or takes for ever.
 * @throws {ProbeInterruptedError} If that process was told to end.
 */
export async function probeLibrary(file: string): Promise<void> {
  const command = denoCommand();
  if (command === undefined || "DedicatedWorkerGlobalScope" in globalThis) {
    return;
  }
  let outcome = probed.get(file);
  if (outcome === undefined) {
    outcome = probe(file, command);
    probed.set(file, outcome);
    outcome.catch((error) => {
      if (error instanceof ProbeInterruptedError) probed.delete(file);
    });
  }
  await outcome;
}

async function probe(file: string, command: string): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let signal: string | null;
  try {
    ({ signal } = await new Deno.Command(command, {
      args: [
        ...["run", "--quiet", "--no-prompt", "--no-check", "--allow-read"],
        ...["--allow-env", "--allow-ffi", SCRIPT, file],
      ],
      stdin: "null",
      stdout: "null",
      // A core dump's message, or what the library writes before it falls.
      stderr: "null",
      signal: patience,
    }).output());
  } catch (error) {
    // There is none on the path: the library is loaded as it is.
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (signal === null) return;
  const isOurs = signal === "SIGTERM" && patience.aborted;
  if (!isOurs && (signal === "SIGINT" || signal === "SIGTERM")) {
    throw new ProbeInterruptedError("Stopped while oneDNN was tried");
  }
  throw crashes(file, signal);
}

/** Deno, by its path or by its name, as it may be run; undefined where it may not. */
function denoCommand(): string | undefined {
  return [Deno.execPath(), "deno"].find((command) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted"
  );
}
