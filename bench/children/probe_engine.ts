/**
 * Says which version of an engine there is and what it computes in, or why there
 * is none. In a process of its own, because a native library stays loaded.
 *
 * @module
 */

import { openEngine, PRECISIONS } from "../../lib/engine/mod.ts";
import type { EngineProbe } from "../messages.ts";
import { serve } from "./serve.ts";

await serve({
  async probe(
    { engine: name }: { readonly engine: string },
  ): Promise<EngineProbe> {
    const { version, instructionSet, obstacleTo } = await openEngine(name);
    return {
      version: `${version} (${instructionSet})`,
      precisions: PRECISIONS.filter((precision) =>
        obstacleTo !== undefined && obstacleTo(precision) === undefined
      ),
    };
  },
});
