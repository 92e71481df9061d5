import process from "node:process";
import { wallClock } from "../cli/mod.ts";

let serial = 0;

/**
 * A name that no other has: machine, process, the time in milliseconds, a number.
 * It is told and compared, and decides nothing.
 */
export function ownName(): string {
  const host = Deno.hostname().replaceAll(/[^\w.-]/g, "").slice(0, 40);
  return `${host}-${process.pid}-${wallClock.epochMs()}-${serial++}`;
}
