/**
 * A process that times convolutions of the grid, direct and Winograd.
 *
 * @module
 */

import { algorithms } from "../../lib/engine/onednn/layers/conv_ways.ts";
import { ALGORITHM } from "../../lib/engine/onednn/constants.ts";
import { openLibrary } from "../../lib/engine/onednn/library.ts";
import { median } from "../statistics.ts";
import { type Passes, recordPasses } from "../winograd/passes.ts";
import {
  type GridOpened,
  type GridShape,
  gridShapes,
  type PassesAnswer,
  type PassesMessage,
} from "../winograd/shape.ts";
import { serve } from "./serve.ts";

/** The engine's own rule for a convolution of the grid. */
function ruleAsksForWinograd({ channels, side }: GridShape): boolean {
  const shape = [channels, side, side] as const;
  const [first] = algorithms(
    {
      type: "conv",
      outChannels: channels,
      kernel: 3,
      stride: 1,
      padding: 1,
      bias: false,
    },
    { name: "blocks.1", input: shape, output: shape },
    openLibrary().block,
  );
  return first === ALGORITHM.winograd;
}

/** Passes of the latest shape, by algorithm: preparing them takes longer than a turn. */
const prepared = new Map<string, Passes>();
let shape = "";

function passesOf(message: PassesMessage): Passes {
  const { channels, side, way } = message;
  if (shape !== `${channels}x${side}`) {
    for (const { dispose } of prepared.values()) dispose();
    prepared.clear();
    shape = `${channels}x${side}`;
  }
  let passes = prepared.get(way);
  if (passes === undefined) {
    passes = recordPasses(openLibrary(), message, message);
    prepared.set(way, passes);
    // The first run touches the memory.
    passes.run();
  }
  return passes;
}

function timePasses(message: PassesMessage): PassesAnswer {
  const { run, kernels } = passesOf(message);
  const milliseconds: number[] = [];
  const end = performance.now() + message.aboutMs;
  do {
    const start = performance.now();
    run();
    milliseconds.push(performance.now() - start);
  } while (performance.now() < end);
  return { milliseconds: median(milliseconds), kernels };
}

await serve({
  open: (): GridOpened => ({
    version:
      `oneDNN ${openLibrary().version} (${openLibrary().instructionSet})`,
    rule: gridShapes().map(ruleAsksForWinograd),
  }),
  passes: timePasses,
});
