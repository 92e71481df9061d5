import { warn } from "../../cli/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { CodeDigests } from "./code.ts";

/** The code that worked on a run: a part of its record's environment. */
export interface RunCode extends CodeDigests {
  /** Digests of other code that searched before, in their order; maybe none. */
  readonly earlier: readonly string[];
}

/**
 * Notes which code goes on with a run, and tells it when that was another before.
 *
 * @param store Where it is noted.
 * @param runId The run.
 * @param options The code, what the run is called, and whether there is anything to
 * go on with.
 */
export function noteRunCode(
  store: Store,
  runId: string,
  { code, name, hasBegun }: {
    readonly code: CodeDigests;
    readonly name: string;
    readonly hasBegun: boolean;
  },
): RunCode {
  const key = runCodeKey(runId);
  const before = store.getCheckpoint(key);
  const known = before === undefined || !hasBegun
    ? []
    : (JSON.parse(before.json) as { readonly searched: readonly string[] })
      .searched;
  const earlier = known.filter((each) => each !== code.search);
  if (!known.includes(code.search)) {
    store.putCheckpoint(key, {
      step: known.length,
      json: JSON.stringify({ searched: [...known, code.search] }),
      blobs: {},
    });
  }
  if (earlier.length > 0) {
    warn(
      `${name}: goes on from a search by other code (${
        earlier.join(", ")
      }; now ${code.search}): its result may be that of neither; --fresh searches anew`,
    );
  }
  return { ...code, earlier };
}

/** Under which name it is noted. */
export function runCodeKey(runId: string): string {
  return `code/${runId}`;
}
