/**
 * Loads the library that the argument names and makes an engine on it. Ends with
 * code 0 whatever is wrong with it in words: only a signal tells of a crash.
 */

import { EngineUnavailableError } from "../unavailable.ts";
import { openFile } from "./library.ts";

try {
  openFile(Deno.args[0]!);
} catch (error) {
  if (!(error instanceof EngineUnavailableError)) throw error;
}
Deno.exit(0);
