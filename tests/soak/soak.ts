/**
 * A real search, small, that is killed again and again, at every named point of a
 * write and at random, and continued each time: its record must be that of a run
 * that nobody disturbed.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { randomStream } from "../../lib/random/mod.ts";
import {
  type CommandOptions,
  finish,
  inFolder,
  outcomeOf,
  reference,
  start,
} from "../experiments/_run.ts";
import { allowVariables } from "../_tasks.ts";
import { KILL_POINTS } from "./points.ts";

/** How one process was to end. */
export interface Kill {
  /** "rename:before:3", or "after 812 ms". */
  readonly where: string;
  /** Whether it was killed; otherwise it was done before. */
  readonly happened: boolean;
}

/** What is killed, and who hears of it. */
export interface SoakOptions {
  /** How often a process is killed, in all. */
  readonly kills: number;
  /** Kills that one run survives before another is begun. */
  readonly killsOfARun: number;
  /** Seed of the times and counts. */
  readonly seed: number;
  /** Hears of each process. */
  readonly onKill?: (kill: Kill) => void;
}

/** How it went. */
export interface SoakOutcome {
  readonly kills: number;
  readonly runs: number;
  /** Where each run was killed whose record differs. */
  readonly differing: readonly string[];
}

/** A run of nine students writes few files, and often into its store. */
const MOST_COUNTED = { files: 8, store: 60 };

/** Kills and continues runs until there were enough kills. */
export async function soak(
  { kills: wanted, killsOfARun, seed, onKill }: SoakOptions,
): Promise<SoakOutcome> {
  const expected = await reference();
  const random = randomStream(seed, "soak");
  const differing: string[] = [];
  let [kills, runs, processes] = [0, 0, 0];
  while (kills < wanted) {
    await inFolder(async (folder) => {
      const results = `${folder}/results`;
      const history: string[] = [];
      let isDone = false;
      for (let own = 0; own < killsOfARun && kills < wanted && !isDone;) {
        // Every third one at any time, the others at the points in turn.
        const turn = processes++;
        const point = KILL_POINTS[turn % KILL_POINTS.length]!;
        const isOfStore = /^(statement|commit)/.test(point);
        const count = 1 +
          random.integer(MOST_COUNTED[isOfStore ? "store" : "files"]);
        const milliseconds = Math.floor(
          1000 * expected.seconds * random.uniform(),
        );
        const where = turn % 3 === 2
          ? `after ${milliseconds} ms`
          : `${point}:${count}`;
        const happened = turn % 3 === 2
          ? await killAfter(results, milliseconds)
          : await killAt(results, where);
        onKill?.({ where, happened });
        history.push(where);
        if (happened) [own, kills] = [own + 1, kills + 1];
        else isDone = true;
      }
      runs++;
      const { record } = await finish(results);
      if (record !== expected.record) differing.push(history.join(", "));
    });
  }
  return { kills, runs, differing };
}

/** @returns Whether the process was killed before it was done. */
async function killAt(results: string, where: string): Promise<boolean> {
  return await isKilled(results, {
    deno: [
      // Only who may run everything may kill.
      ...["--allow-run", allowVariables("N2N_KILL_AT")],
      ...["--preload", "tests/soak/_kill_at.ts"],
    ],
    env: { N2N_KILL_AT: where },
  });
}

async function killAfter(
  results: string,
  milliseconds: number,
): Promise<boolean> {
  const run = start(results);
  await sleep(milliseconds);
  if (run.isOver()) return false;
  run.process.kill("SIGKILL");
  return (await run.ended).signal === "SIGKILL";
}

async function isKilled(
  results: string,
  options: CommandOptions,
): Promise<boolean> {
  const ended = await start(results, options).ended;
  if (ended.signal === "SIGKILL") return true;
  if (ended.code !== 0) throw new Error(ended.stderr);
  // It passed the point less often, and is whole.
  outcomeOf(ended);
  return false;
}
