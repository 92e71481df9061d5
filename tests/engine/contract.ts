/**
 * What every engine must do, as tests. An engine's test file names the engine
 * and whom it is compared with; nothing in here knows which one it is.
 */

import { faultContract } from "./contract_faults.ts";
import { gradientContract } from "./contract_gradients.ts";
import { observationContract } from "./contract_observation.ts";
import { programContract } from "./contract_program.ts";
import { trainingContract } from "./contract_training.ts";
import { valueContract } from "./contract_values.ts";
import type { Suite } from "./suite.ts";

/** Registers all tests of an engine. */
export function engineContract(suite: Suite): void {
  gradientContract(suite);
  trainingContract(suite);
  valueContract(suite);
  programContract(suite);
  observationContract(suite);
  faultContract(suite);
}
