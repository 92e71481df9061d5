/**
 * A process that opens the fixture, for tests that kill it or run two at once.
 * It says "ready", waits for a line, and ends with a line of JSON.
 */
import { openEntry } from "../../lib/data/cache/open_entry.ts";
import { DataError } from "../../lib/data/mod.ts";
import { fetchFrom, fetchOf, makeFixture, served } from "./_fixture.ts";

/** What the parent asks for. */
export interface ChildOptions {
  readonly cacheDir: string;
  readonly counts: { readonly train: number; readonly test: number };
  /** Dies by SIGKILL in the report of progress of this number, from 1. */
  readonly killAt?: number;
  /** A server to ask instead of the mirrors, by the paths of their files. */
  readonly origin?: string;
}

/** What the child prints at its end. */
export interface ChildResult {
  readonly digest: readonly [train: string, test: string];
  readonly asked: number;
  readonly waited: boolean;
  /** Why it could not open the set. */
  readonly fault?: string;
}

/** Writes a line to the parent. */
async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const options: ChildOptions = JSON.parse(Deno.args[0]!);
  const fixture = makeFixture(options.counts);
  const mirrors = fetchOf(served(fixture));
  const fetch = options.origin === undefined
    ? mirrors.fetch
    : fetchFrom(options.origin);
  let reports = 0;
  let waited = false;
  await say("ready");
  await Deno.stdin.read(new Uint8Array(1));
  const report = (result: Pick<ChildResult, "digest" | "fault">) =>
    say(JSON.stringify({ ...result, asked: mirrors.asked.length, waited }));
  try {
    const { train, test } = await openEntry("fixture", fixture.entry, {
      cacheDir: options.cacheDir,
      fetch,
      onProgress: ({ action }) => {
        waited ||= action === "wait";
        if (++reports === options.killAt) Deno.kill(Deno.pid, "SIGKILL");
      },
    });
    await report({ digest: [train.digest, test.digest] });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    await report({ digest: ["", ""], fault: error.message });
  }
}
