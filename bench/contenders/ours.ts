/**
 * Our engines, as contenders.
 *
 * @module
 */

import { Child, type ChildCommand, ChildError } from "../child.ts";
import { engineNames } from "../../lib/engine/mod.ts";
import type { EngineProbe } from "../messages.ts";
import type { Contender, Skipped } from "./contender.ts";

/** How long an engine may take to load. */
const PROBE_MS = 60_000;

/** Runs a script of bench/children/ in this Deno. */
export function denoChild(script: string): ChildCommand {
  return {
    program: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--allow-all",
      "--no-check",
      new URL(`../children/${script}`, import.meta.url).href,
    ],
  };
}

/** All of our engines that can be opened here, and why the others cannot. */
export async function findEngines(
  wanted: readonly string[] = engineNames(),
): Promise<
  { readonly found: readonly Contender[]; readonly skipped: readonly Skipped[] }
> {
  const found: Contender[] = [];
  const skipped: Skipped[] = [];
  for (const name of engineNames()) {
    if (!wanted.includes(name)) {
      skipped.push({ title: name, reason: "not asked for (--engines)" });
      continue;
    }
    const child = new Child(denoChild("probe_engine.ts"));
    try {
      const { version, precisions } = await child.ask<EngineProbe>(
        { command: "probe", engine: name },
        PROBE_MS,
      );
      for (const precision of ["f32", ...precisions] as const) {
        const isNarrow = precision !== "f32";
        found.push({
          id: isNarrow ? `${name}-${precision}` : name,
          title: isNarrow ? `${name} ${precision}` : name,
          version,
          kind: "ours",
          precision,
          compiles: false,
          command: denoChild("step.ts"),
          engine: name,
        });
      }
    } catch (error) {
      if (!(error instanceof ChildError)) throw error;
      skipped.push({ title: name, reason: error.message });
    } finally {
      await child.close();
    }
  }
  return { found, skipped };
}
