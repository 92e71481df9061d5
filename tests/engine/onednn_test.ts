import { openEngine } from "../../lib/engine/mod.ts";
import { engineContract } from "./contract.ts";
import { engineSolver } from "./problem.ts";
import type { Suite } from "./suite.ts";

const suite: Suite = {
  name: "onednn",
  open: () => openEngine("onednn"),
  expected: async () => engineSolver(await openEngine("tfjs")),
  examples: 30,
  wideExamples: 25,
};

/** Why the engine cannot be opened here; undefined where it can. */
async function obstacle(): Promise<string | undefined> {
  try {
    await suite.open();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const reason = await obstacle();
if (reason === undefined) engineContract(suite);
else {
  Deno.test({
    name: `onednn fulfils the engine's contract (ignored: ${reason})`,
    ignore: true,
    fn() {},
  });
}
