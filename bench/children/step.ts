/**
 * A process that trains one network with one of our engines, as a search does.
 *
 * @module
 */

import { openEngine } from "../../lib/engine/mod.ts";
import { countParameters } from "../../lib/network/mod.ts";
import type { OpenMessage, WorkMessage } from "../messages.ts";
import { type StepTrainer, trainerOf } from "../training_step.ts";
import { peakBytes, serve } from "./serve.ts";

let start: () => Promise<StepTrainer>;
let trainer: StepTrainer;

async function time(
  { times }: WorkMessage,
  work: () => Promise<unknown>,
): Promise<{ readonly milliseconds: readonly number[] }> {
  const milliseconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const before = performance.now();
    await work();
    milliseconds.push(performance.now() - before);
  }
  return { milliseconds };
}

await serve({
  async open({ engine: name, network, ...settings }: OpenMessage) {
    const engine = await openEngine(name!);
    start = () => trainerOf(engine, network, settings);
    trainer = await start();
    return { parameters: countParameters(network) };
  },
  steps: (message: WorkMessage) => time(message, () => trainer.step()),
  predictions: (message: WorkMessage) => time(message, () => trainer.predict()),
  starts: (message: WorkMessage) =>
    time(message, async () => {
      const fresh = await start();
      await fresh.step();
      // Part of what the next student waits for.
      await fresh.program.dispose();
    }),
  peak: () => ({ bytes: peakBytes() }),
});
