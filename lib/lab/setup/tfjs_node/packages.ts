import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type CommandRunner, UsageError } from "../../../cli/mod.ts";
import { FingerprintError } from "../fingerprint.ts";
import { readTree, treeDigest } from "../tree.ts";
import { quote } from "../wheel.ts";
import type { PinnedPackage } from "./sources.ts";

/** How packages are fetched. */
export interface FetchOptions {
  /** Runs Deno. */
  readonly run: CommandRunner;
  /** Deno's program. */
  readonly deno: string;
  /** A new folder, which becomes a project of its own. */
  readonly folder: string;
}

/**
 * Fetches packages from npm with Deno, runs none of their scripts, and checks
 * every file of them.
 *
 * @returns The folder of each, by name.
 * @throws {UsageError} If Deno does not get them.
 * @throws {FingerprintError} If a file is not what it must be.
 */
export async function fetchPackages(
  packages: Readonly<Record<string, PinnedPackage>>,
  { run, deno, folder }: FetchOptions,
): Promise<Readonly<Record<string, string>>> {
  const config = join(folder, "deno.json");
  const imports = Object.entries(packages)
    .map(([name, { version }]) => [name, `npm:${name}@${version}`]);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      nodeModulesDir: "auto",
      imports: Object.fromEntries(imports),
    }),
  );
  await install({
    run,
    deno,
    config,
    action: "fetch tfjs-node's packages",
    host: "the npm registry",
  });
  const folders: Record<string, string> = {};
  for (const [name, { version, sha256 }] of Object.entries(packages)) {
    const place = await Deno.realPath(join(folder, "node_modules", name));
    const digest = treeDigest(await readTree(place));
    if (digest !== sha256) {
      throw new FingerprintError(
        `Cannot use the package ${name} ${version}: the digest of its files ` +
          `is ${digest}, expected ${sha256}; nothing was kept. If it stays so ` +
          `after "deno clean", the registry serves other files`,
      );
    }
    folders[name] = place;
  }
  return folders;
}

/**
 * Lets Deno install what a deno.json names.
 *
 * @throws {UsageError} If it does not.
 */
export async function install(
  { run, deno, config, flags = [], action, host }:
    & Pick<FetchOptions, "run" | "deno">
    & {
      readonly config: string;
      readonly flags?: readonly string[];
      /** What is done, for the message. */
      readonly action: string;
      /** Whom it asks, for the message. */
      readonly host: string;
    },
): Promise<void> {
  const result = await run(deno, ["install", ...flags, "--config", config]);
  if (result?.code === 0) return;
  const [words] = stripVTControlCharacters(result?.stderr ?? "")
    .split("Stack backtrace");
  throw new UsageError(
    `Cannot ${action}: deno install ended with code ${
      result?.code ?? "none"
    }, expected 0; is ${host} within reach?${quote(words!)}`,
  );
}
