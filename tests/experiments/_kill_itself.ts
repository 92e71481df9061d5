/**
 * Loaded before a run, which then sends itself signals: where others would have to
 * look at the right time, it knows what it has just stored. N2N_KILL_WHEN says when,
 * a name of MOMENTS, or "the teacher + 12", which is 12 milliseconds later, and
 * N2N_KILL_WITH which signals: "SIGINT SIGINT" comes twice within milliseconds.
 *
 * @module
 */

import { StatementSync } from "node:sqlite";
import { MOMENTS } from "./_moments.ts";
import { look } from "./_traces.ts";

const [name = "", milliseconds] = (Deno.env.get("N2N_KILL_WHEN") ?? "")
  .split(" + ");
const moment = MOMENTS[name];
if (moment === undefined) {
  throw new RangeError(`N2N_KILL_WHEN "${name}": expected a moment`);
}
const [first, ...more] = Deno.env.get("N2N_KILL_WITH")!.split(" ") as [
  Deno.Signal,
  ...Deno.Signal[],
];
const results = Deno.args[Deno.args.indexOf("--results") + 1]!;

/** The system delivers two that are sent at once as one. */
const APART_MS = 2;

/** Sends the first; each other once the one before was heard. */
function send(): void {
  for (const signal of more) {
    const heard = () => {
      Deno.removeSignalListener(first, heard);
      setTimeout(() => Deno.kill(Deno.pid, signal), APART_MS);
    };
    Deno.addSignalListener(first, heard);
  }
  Deno.kill(Deno.pid, first);
}

let isOver = false;

/** Is told of every statement that writes, once it is done. */
function pass(): void {
  if (isOver || !moment!(look(results))) return;
  isOver = true;
  if (milliseconds === undefined) send();
  else setTimeout(send, Number(milliseconds));
}

const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (
  this: StatementSync,
  ...values: Parameters<typeof run>
) {
  const changes = run.apply(this, values);
  if (/^(COMMIT|INSERT|DELETE|UPDATE)/.test(this.sourceSQL)) pass();
  return changes;
} as typeof run;
