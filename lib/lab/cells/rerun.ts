import { commandLine } from "../../cli/mod.ts";
import type { Identity } from "./identity.ts";

/** What of an identity no profile says. */
export type RerunIdentity = Pick<Identity<unknown>, "engine" | "teacher">;

/** A recorded cell's place. */
export interface RecordedPlace {
  /** Folder below the results. */
  readonly question: string;
  /** The profile. */
  readonly profile: string;
  /** Name of the cell. */
  readonly cell: string;
}

/**
 * Flags with which a command comes to the same run on the same engine, and with the
 * same teacher where that is to be had.
 *
 * @param identity The run's.
 */
export function rerunFlags(
  { engine, teacher }: RerunIdentity,
): readonly string[] {
  return [
    "--engine",
    engine.name,
    // It trained its own: one that was recorded since would be another.
    ...(teacher === undefined ? ["--teacher.retrain"] : []),
  ];
}

/**
 * The command that goes on with a recorded cell.
 *
 * @param place The cell's.
 * @param identity Its identity.
 * @param options The results folder, if it is not the default one.
 */
export function rerunCommand(
  { question, profile, cell }: RecordedPlace,
  identity: RerunIdentity,
  { results = "results" }: { readonly results?: string } = {},
): string {
  return commandLine(`deno task ${question}`, [
    ...["--profile", profile, "--cells", cell],
    ...rerunFlags(identity),
    ...(results === "results" ? [] : ["--results", results]),
  ]);
}
