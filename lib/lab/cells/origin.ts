import { canonicalJson } from "../../random/mod.ts";
import type { Measured } from "../compression/content.ts";
import type { Identity } from "./identity.ts";

/**
 * By which engine a record's students were trained, on which kind of processor, and
 * from which training of the teacher: equal for records that differ in the search
 * alone.
 *
 * @param content The deterministic part of the record.
 */
export function originOf(
  { identity: { engine }, teacher: { networkId, validation, test } }: {
    readonly identity: Pick<Identity<unknown>, "engine">;
    readonly teacher: Pick<Measured, "networkId" | "validation" | "test">;
  },
): string {
  return canonicalJson([engine, networkId, validation, test]);
}
