/**
 * A process that trains one network with one of our engines, as a search does.
 *
 * @module
 */

import { openEngine } from "../../lib/engine/mod.ts";
import { countParameters } from "../../lib/network/mod.ts";
import type { OpenMessage, StepsMessage } from "../messages.ts";
import { trainerOf } from "../training_step.ts";
import { peakBytes, serve } from "./serve.ts";

let step: (() => Promise<number>) | undefined;

await serve({
  async open({ engine: name, network, batchSize }: OpenMessage) {
    const engine = await openEngine(name!);
    ({ step } = await trainerOf(engine, network, batchSize));
    return { parameters: countParameters(network) };
  },
  async steps({ steps }: StepsMessage) {
    const milliseconds: number[] = [];
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      await step!();
      milliseconds.push(performance.now() - start);
    }
    return { milliseconds };
  },
  peak: () => ({ bytes: peakBytes() }),
});
