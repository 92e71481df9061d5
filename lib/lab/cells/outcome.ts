import type { DataError } from "../../data/mod.ts";
import type { StoreError } from "../../store/mod.ts";
import { NOT_RUN } from "./index_file.ts";

/** How a cell ended. */
export type Outcome =
  | { readonly state: "done" }
  | {
    readonly state: "failed";
    readonly reason: string;
    /** Whether it has a record all the same. */
    readonly isRecorded?: true;
  }
  | { readonly state: "different" }
  | { readonly state: "missing"; readonly error: DataError }
  | { readonly state: "busy"; readonly error: StoreError };

/** Why a cell has no record that is no fault of its run. */
export const NOT_ITS_FAULT = {
  missing: "its data were not to be had where it was run",
  busy: "another process was running it",
} as const;

/**
 * Why a cell has no record, in one line; undefined where it has one.
 *
 * @param outcome How it ended; undefined where nothing was done for it.
 */
export function lackingOf(outcome: Outcome | undefined): string | undefined {
  switch (outcome?.state) {
    case undefined:
      return NOT_RUN;
    case "failed":
      return outcome.isRecorded
        ? undefined
        : `failed: ${outcome.reason.split("\n")[0]}`;
    case "missing":
    case "busy":
      return NOT_ITS_FAULT[outcome.state];
    default:
      return undefined;
  }
}
