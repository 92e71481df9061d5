/**
 * Says which version of an engine there is, or why there is none. In a process
 * of its own, because a native library stays loaded.
 *
 * @module
 */

import { openEngine } from "../../lib/engine/mod.ts";
import { serve } from "./serve.ts";

await serve({
  async probe({ engine: name }: { readonly engine: string }) {
    const { version, instructionSet } = await openEngine(name);
    return { version: `${version} (${instructionSet})` };
  },
});
