import { join } from "node:path";
import { type CommandRunner, UsageError } from "../../../cli/mod.ts";
import { install } from "./packages.ts";

/** Where tfjs-node's installer fetches TensorFlow's library and its add-on. */
export const INSTALLER_HOST = "https://storage.googleapis.com/";

/** How long the host may take to answer; an answer of any kind counts. */
const PATIENCE_MS = 10_000;

/**
 * Whether the installer's host can be reached from here.
 *
 * @returns Why not, in words; undefined where it can.
 */
export async function hostObstacle(): Promise<string | undefined> {
  try {
    const response = await fetch(INSTALLER_HOST, {
      method: "HEAD",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What the installer is run with. */
export interface InstallerOptions {
  /** Runs Deno. */
  readonly run: CommandRunner;
  /** Deno's program. */
  readonly deno: string;
  /** The project whose packages were fetched. */
  readonly project: string;
  /** tfjs-node's folder in it. */
  readonly source: string;
  /** The package's folder to fill. */
  readonly target: string;
}

/**
 * The regular way: tfjs-node's own installer fetches TensorFlow 2.9.1 and an
 * add-on, or builds one. It knows no digests; what it got is noted in the
 * setup's list of files, and TensorFlow's version in every record.
 *
 * @throws {UsageError} If the installer fails or leaves no add-on.
 */
export async function runInstaller(
  { run, deno, project, source, target }: InstallerOptions,
): Promise<void> {
  await install({
    run,
    deno,
    config: join(project, "deno.json"),
    flags: ["--allow-scripts=npm:@tensorflow/tfjs-node"],
    action: "run tfjs-node's installer",
    host: INSTALLER_HOST,
  });
  for (const part of ["lib", "deps"]) {
    try {
      await Deno.rename(join(source, part), join(target, part));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new UsageError(
        `Cannot use tfjs-node's installer: it left no folder "${part}", ` +
          `expected TensorFlow's library and an add-on`,
        { cause: error },
      );
    }
  }
}
