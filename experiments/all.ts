/**
 * All experiments that have records: `deno task results` makes their tables, and
 * `deno task regress` runs them once more. A new one is a line here.
 *
 * @module
 */

import type { AnyExperiment } from "../lib/lab/mod.ts";
import { experiment as proxy } from "./proxy_fidelity.ts";
import { experiment as rq1 } from "./rq1_compression.ts";
import { experiment as rq2 } from "./rq2_scalability.ts";
import { experiment as rq3 } from "./rq3_transfer.ts";
import { experiment as rq4 } from "./rq4_constraints.ts";
import { experiment as rq5 } from "./rq5_distillation.ts";
import { experiment as strategies } from "./search_strategies.ts";

/** In the order in which they are shown. */
export const EXPERIMENTS: readonly AnyExperiment[] = [
  rq1,
  rq2,
  rq3,
  rq4,
  rq5,
  proxy,
  strategies,
];
