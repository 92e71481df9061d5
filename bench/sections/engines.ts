import type { Contender } from "../contenders/contender.ts";
import type { EnginesSection } from "../report/mod.ts";
import type { BenchContext } from "./context.ts";

/** What a file keeps of a contender. */
export function describeContender(
  { id, title, version, kind, precision }: Contender,
): EnginesSection["contenders"][number] {
  return { id, title, version, kind, precision };
}

/** Who is there to be measured, and who is not and why. Measures nothing. */
export function listContenders(
  { machine, contenders, skipped }: BenchContext,
): EnginesSection {
  return {
    machine,
    contenders: contenders.map(describeContender),
    skipped: [...skipped],
  };
}
