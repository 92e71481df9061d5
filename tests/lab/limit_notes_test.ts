import assert from "node:assert/strict";
import type { CompressionContent } from "../../lib/lab/compression/content.ts";
import { limitsNote } from "../../lib/lab/compression/limit_notes.ts";
import { completeConfig } from "../../lib/lab/mod.ts";
import { constraintSchedule } from "../../lib/reward/mod.ts";
import { parseOptions } from "./_options.ts";

/** What is said of a soft limit of so many iterations. */
function noteOf(faults: readonly string[], iterations: number): string {
  const config = completeConfig(parseOptions({
    ...(faults.length === 0 ? {} : { faults }),
    limits: { mode: "soft", parameters: 9, iterations },
    removal: { iterations: 100 },
  }));
  return limitsNote(
    {
      limits: { maxParameters: 9 },
      identity: { config },
    } as unknown as CompressionContent,
  );
}

Deno.test("limitsNote() says from when a soft limit costs all, and when it is given up again", () => {
  assert.match(noteOf([], 20), /, all from iteration 21 on\.\n/);
  assert.match(
    noteOf(["returningLimit"], 20),
    /, all in iteration 21 alone, less again after that and nothing from iteration 41 on\.\n/,
  );
  const left = (iteration: number) =>
    constraintSchedule({
      iteration: iteration - 1,
      iterations: 20,
      returns: true,
    });
  assert.deepEqual([left(21), left(41), left(60)], [0, 1, 1]);
  assert(left(20) > 0 && left(22) > 0 && left(40) < 1);
});
