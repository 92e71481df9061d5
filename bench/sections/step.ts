/**
 * Milliseconds of a training step: forward, squared error of logits, backward,
 * Adam; batch 64, one thread.
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
import { startOverheadThread } from "../overhead/measure.ts";
import { inParallel } from "../parallel.ts";
import type { Overhead, StepNetwork, StepSection } from "../report/mod.ts";
import { type Player, playRounds, type RoundsOutcome } from "../rounds.ts";
import { median } from "../statistics.ts";
import type { BenchContext } from "./context.ts";

/** Length of a turn: long beside a scheduler's slice, short beside a round. */
const TURN_MS = 1200;
/** The peak takes its turn in every round too. */
const PEAK = "sgemm";
const PEAK_MS = 600;

/** Measures all networks. */
export async function measureSteps(
  context: BenchContext,
): Promise<StepSection> {
  const { machine, rounds, repeats, contenders, networks, watch } = context;
  const progress = createProgress({
    label: "step",
    total: networks.length * (rounds * (contenders.length + 1)),
    unit: "turns",
  });
  const measured: StepNetwork[] = [];
  let [dropped, disturbed] = [0, 0];
  const { sgemm, reason } = await startSgemm();
  try {
    for (const network of networks) {
      const { entry, outcome } = await measureNetwork(context, {
        network,
        sgemm,
        progress,
      });
      measured.push(entry);
      dropped += outcome.dropped;
      disturbed += outcome.disturbed;
    }
  } finally {
    await sgemm?.close();
    progress.finish();
  }
  return {
    machine,
    rounds,
    repeats,
    watched: watch !== undefined,
    dropped,
    disturbed,
    batchSize: BATCH_SIZE,
    contenders: contenders.map(({ id, title, version, kind }) => ({
      id,
      title,
      version,
      kind,
    })),
    skipped: [
      ...context.skipped,
      ...(reason === undefined ? [] : [{ title: "SGEMM peak", reason }]),
    ],
    networks: measured,
  };
}

interface Work {
  readonly network: BenchNetwork;
  readonly sgemm: Sgemm | undefined;
  readonly progress: Progress;
}

async function measureNetwork(
  { contenders, rounds, repeats, watch, machine }: BenchContext,
  { network: bench, sgemm, progress }: Work,
): Promise<
  { readonly entry: StepNetwork; readonly outcome: RoundsOutcome<number> }
> {
  const { name, title, network } = bench;
  progress.log(`${title}: starting ${contenders.length} processes`);
  const { trainers, skipped } = await startAll(
    contenders,
    bench,
    machine.cores,
  );
  try {
    progress.skip(
      rounds * (skipped.length + (sgemm === undefined ? 1 : 0)),
    );
    const players: Player<number>[] = trainers.map(([{ id }, trainer]) => ({
      id,
      turn: async () => median(await trainer.steps(TURN_MS)),
    }));
    if (sgemm !== undefined) {
      players.push({ id: PEAK, turn: () => sgemm.peakGflops(PEAK_MS) });
    }
    const outcome = await playRounds(players, {
      rounds,
      repeats,
      watch,
      onTurn: () => progress.advance(1, title),
    });
    const { [PEAK]: peakGflops = [], ...milliseconds } = outcome.values;
    const overhead = "onednn" in milliseconds
      ? await overheadOf(network)
      : undefined;
    return {
      outcome,
      entry: {
        name,
        title,
        description: describe(network),
        parameters: countParameters(network),
        macs: countMacs(network),
        flops: nominalFlops(network),
        milliseconds: copy(milliseconds),
        peakGflops: [...peakGflops],
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
