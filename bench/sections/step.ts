/**
 * Milliseconds of a training step (forward, squared error of logits, backward,
 * Adam; batch 64), of a prediction, and from a network to the end of its first
 * step; one thread.
 *
 * @module
 */

import { createProgress, type Progress } from "../../lib/cli/mod.ts";
import {
  countMacs,
  countParameters,
  describe,
  type Network,
} from "../../lib/network/mod.ts";
import { ChildError } from "../child.ts";
import {
  BATCH_SIZE,
  type Contender,
  type Skipped,
  startTrainer,
  type Trainer,
} from "../contenders/contender.ts";
import { type Sgemm, startSgemm } from "../contenders/sgemm.ts";
import { nominalFlops } from "../nominal.ts";
import type { BenchNetwork } from "../networks.ts";
import type { Work } from "../messages.ts";
import { startOverheadThread } from "../overhead/measure.ts";
import { inParallel } from "../parallel.ts";
import type { Overhead, StepSection } from "../report/mod.ts";
import { type Player, playRounds, type RoundsOutcome } from "../rounds.ts";
import { median } from "../statistics.ts";
import type { BenchContext } from "./context.ts";
import { type Measured, stepSection } from "./step_section.ts";

/** Length of a turn: long beside a scheduler's slice, short beside a round. */
const TURN_MS = 1200;
/** What varies less, or matters less. */
const SHORT_TURN_MS = 500;
/** The peak takes its turn in every round too. */
const PEAK = "sgemm";
const PEAK_MS = 600;

/** Measures the networks that are asked for, and keeps what is known of others. */
export async function measureSteps(
  context: BenchContext,
): Promise<StepSection> {
  const { rounds, contenders, networks, keep } = context;
  const progress = createProgress({
    label: "step",
    total: networks.length * turnsOf(contenders, rounds),
    unit: "turns",
  });
  const measured: Measured[] = [];
  const { sgemm, reason } = await startSgemm();
  const section = () => stepSection(context, { measured, reason });
  try {
    for (const network of networks) {
      measured.push(
        await measureNetwork(context, { network, sgemm, progress }),
      );
      await keep({ step: section() });
    }
  } finally {
    await sgemm?.close();
    progress.finish();
  }
  return section();
}

/**
 * Turns on a network: the peak's, and of each contender steps, predictions and
 * starts. Who compiles does so anew for predictions, twice, which was seen to take a
 * quarter of an hour on one network: these are left out, its starts are taken once.
 */
function turnsOf(contenders: readonly Contender[], rounds: number): number {
  return contenders.reduce(
    (sum, { compiles }) => sum + (compiles ? rounds + 1 : 3 * rounds),
    rounds,
  );
}

interface NetworkTask {
  readonly network: BenchNetwork;
  readonly sgemm: Sgemm | undefined;
  readonly progress: Progress;
}

async function measureNetwork(
  { contenders, rounds, repeats, watch, machine }: BenchContext,
  { network: bench, sgemm, progress }: NetworkTask,
): Promise<Measured> {
  const { name, title, network } = bench;
  progress.log(`${title}: starting ${contenders.length} processes`);
  const { trainers, skipped } = await startAll(
    contenders,
    bench,
    machine.cores,
  );
  try {
    const taking = trainers.map(([contender]) => contender);
    progress.skip(
      turnsOf(contenders, rounds) - turnsOf(taking, rounds) +
        (sgemm === undefined ? rounds : 0),
    );
    const outcomes: RoundsOutcome<number>[] = [];
    const play = async (players: readonly Player<number>[], rounds: number) => {
      if (players.length === 0) return {};
      const onTurn = () => progress.advance(1, title);
      const outcome = await playRounds(players, {
        rounds,
        repeats,
        watch,
        onTurn,
      });
      outcomes.push(outcome);
      return copy(outcome.values);
    };
    const playersOf = (
      work: Work,
      aboutMs: number,
      isIn: (contender: Contender) => boolean = () => true,
    ): readonly Player<number>[] =>
      trainers.filter(([contender]) => isIn(contender)).map(
        ([{ id }, trainer]) => ({
          id,
          turn: async () => median(await trainer.time(work, aboutMs)),
        }),
      );
    const peak: readonly Player<number>[] = sgemm === undefined
      ? []
      : [{ id: PEAK, turn: () => sgemm.peakGflops(PEAK_MS) }];
    const { [PEAK]: peakGflops = [], ...milliseconds } = await play(
      [...playersOf("steps", TURN_MS), ...peak],
      rounds,
    );
    // The first times load and compile what later ones share.
    for (const [{ compiles }, trainer] of trainers) {
      if (!compiles) await trainer.time("predictions", 0);
    }
    const predictionMs = await play(
      playersOf("predictions", SHORT_TURN_MS, ({ compiles }) => !compiles),
      rounds,
    );
    const startMs = {
      ...await play(
        playersOf("starts", SHORT_TURN_MS, ({ compiles }) => !compiles),
        rounds,
      ),
      // Minutes where the compiler is slow: once.
      ...await play(playersOf("starts", 0, ({ compiles }) => compiles), 1),
    };
    const overhead = "onednn" in milliseconds
      ? await overheadOf(network)
      : undefined;
    return {
      outcome: {
        dropped: sum(outcomes.map(({ dropped }) => dropped)),
        disturbed: sum(outcomes.map(({ disturbed }) => disturbed)),
      },
      entry: {
        name,
        title,
        description: describe(network),
        parameters: countParameters(network),
        macs: countMacs(network),
        flops: nominalFlops(network),
        milliseconds,
        predictionMs,
        startMs,
        peakGflops,
        skipped: [...skipped],
        ...(overhead === undefined ? {} : { overhead }),
      },
    };
  } finally {
    for (const [, trainer] of trainers) await trainer.close();
  }
}

/** In a thread of its own, because the clocks cost a little. */
async function overheadOf(network: Network): Promise<Overhead> {
  using thread = startOverheadThread();
  return await thread.ofSteps(network, BATCH_SIZE);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function copy(
  values: Readonly<Record<string, readonly number[]>>,
): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(values).map(([id, list]) => [id, [...list]]),
  );
}

/** Starts and warms up all contenders, several at once: nothing is timed yet. */
async function startAll(
  contenders: readonly Contender[],
  network: BenchNetwork,
  cores: number,
): Promise<{
  readonly trainers: readonly (readonly [Contender, Trainer])[];
  readonly skipped: readonly Skipped[];
}> {
  const trainers: (readonly [Contender, Trainer])[] = [];
  const skipped: Skipped[] = [];
  const started = await inParallel(contenders, cores, async (contender) => {
    try {
      return await startTrainer(contender, network);
    } catch (error) {
      if (!(error instanceof ChildError)) throw error;
      return error;
    }
  });
  for (const [i, trainer] of started.entries()) {
    const contender = contenders[i]!;
    if (trainer instanceof ChildError) {
      skipped.push({ title: contender.title, reason: trainer.message });
    } else trainers.push([contender, trainer]);
  }
  return { trainers, skipped };
}
