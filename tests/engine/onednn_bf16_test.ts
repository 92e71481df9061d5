import type { Engine } from "../../lib/engine/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { engineContract } from "./contract.ts";
import { watchOnednn } from "./live.ts";
import { engineSolver } from "./problem.ts";
const watch = watchOnednn();
async function open(): Promise<Engine> {
  const engine = await openEngine("onednn");
  return {
    ...engine,
    compile: (network, plan) =>
      engine.compile(network, { ...plan, precision: "bf16" }),
  };
}
engineContract({
  name: "onednn in bf16",
  hasName: false,
  open,
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 10,
  closeness: { tolerance: 0.05, floor: 1, kinkMargin: 0.01, spread: 0.1 },
  live: { count: watch.count, holds: true },
});
