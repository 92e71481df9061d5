/**
 * The regression test over RQ1 alone, whose profiles lie in the folder that is
 * the first argument.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { main } from "../../experiments/regress.ts";
import { experiment } from "../../experiments/rq1_compression.ts";
import { runMain } from "../../lib/cli/mod.ts";

const [folder, ...args] = Deno.args;
const profiles = pathToFileURL(`${folder}/`);
const tiny = {
  ...experiment,
  command: { ...experiment.command, profiles },
};
await runMain(() => main(args, [tiny]));
