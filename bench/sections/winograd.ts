/**
 * Direct against Winograd convolutions of oneDNN, on a grid of shapes: what the
 * engine's fixed rule rests on.
 *
 * @module
 */

import { createProgress } from "../../lib/cli/mod.ts";
import { Child, ChildError } from "../child.ts";
import { BATCH_SIZE } from "../contenders/contender.ts";
import { denoChild } from "../contenders/ours.ts";
import type { WinogradSection } from "../report/mod.ts";
import { type Player, playRounds } from "../rounds.ts";
import {
  type GridOpened,
  type GridShape,
  gridShapes,
  type PassesAnswer,
  type PassesMessage,
  type Way,
} from "../winograd/shape.ts";
import { type BenchContext, SectionSkipped } from "./context.ts";

const TURN_MS = 200;
/** One kernel beside another in one process hardly varies. */
const MOST_ROUNDS = 3;
const LIMIT_MS = 120_000;
const WAYS: readonly Way[] = ["direct", "winograd"];

/** Measures the grid. */
export async function measureWinograd(
  context: BenchContext,
): Promise<WinogradSection> {
  const { machine, repeats, watch } = context;
  const rounds = Math.min(context.rounds, MOST_ROUNDS);
  const child = new Child(denoChild("winograd.ts"));
  const shapes = gridShapes();
  const progress = createProgress({
    label: "winograd",
    total: shapes.length,
    unit: "shapes",
  });
  try {
    const { version, rule } = await open(child);
    const measured: WinogradSection["shapes"] = [];
    let [dropped, disturbed] = [0, 0];
    for (const [i, shape] of shapes.entries()) {
      const outcome = await playRounds(
        WAYS.map((way) => player(child, shape, way)),
        { rounds, repeats, watch },
      );
      const { direct, winograd } = outcome.values;
      dropped += outcome.dropped;
      disturbed += outcome.disturbed;
      measured.push({
        ...shape,
        rule: rule[i]!,
        kernels: winograd![0]!.kernels,
        direct: direct!.map(({ milliseconds }) => milliseconds),
        winograd: winograd!.map(({ milliseconds }) => milliseconds),
      });
      progress.advance();
    }
    return {
      machine,
      rounds,
      repeats,
      watched: watch !== undefined,
      dropped,
      disturbed,
      version,
      batchSize: BATCH_SIZE,
      shapes: measured,
    };
  } finally {
    await child.close();
    progress.finish();
  }
}

/** Opens the library. */
async function open(child: Child): Promise<GridOpened> {
  try {
    return await child.ask<GridOpened>({ command: "open" }, LIMIT_MS);
  } catch (error) {
    if (error instanceof ChildError) throw new SectionSkipped(error.message);
    throw error;
  }
}

function player(
  child: Child,
  { channels, side }: GridShape,
  way: Way,
): Player<PassesAnswer> {
  const message: PassesMessage = {
    command: "passes",
    channels,
    side,
    way,
    batchSize: BATCH_SIZE,
    aboutMs: TURN_MS,
  };
  return { id: way, turn: () => child.ask<PassesAnswer>(message, LIMIT_MS) };
}
