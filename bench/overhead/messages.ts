/**
 * Messages between this program and the worker with the clocks.
 *
 * @module
 */

import type { Network } from "../../lib/network/mod.ts";
import type { EvaluationRequest } from "../../lib/search/mod.ts";
import type { TrainingData } from "../../lib/training/mod.ts";
import type { Overhead, SearchSection } from "../report/mod.ts";

/** Where a student's time goes. */
export type StudentTime = NonNullable<
  SearchSection["iterations"][number]["students"][number]["time"]
>;

/** To the worker. */
export type OverheadRequest =
  | {
    readonly type: "steps";
    readonly network: Network;
    readonly batchSize: number;
  }
  | {
    readonly type: "student";
    readonly request: EvaluationRequest;
    readonly data: TrainingData;
  };

/** From the worker. */
export type OverheadAnswer =
  | { readonly type: "steps"; readonly overhead: Overhead }
  | { readonly type: "student"; readonly time: StudentTime }
  | { readonly type: "failed"; readonly message: string };
