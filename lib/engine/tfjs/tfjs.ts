import type { Network } from "../../network/mod.ts";
import type { Engine, Program, TrainingPlan } from "../engine.ts";
import { cpuBackend, type TfjsBackend } from "./backend.ts";
import { checkPlan } from "../checks.ts";
import { checkPrecision } from "../precision.ts";
import { TfjsProgram } from "./program.ts";

/**
 * Opens the reference engine: TensorFlow.js's operations, differentiated by
 * its autodiff. It shares nothing with the other engines but the contract,
 * which is what makes it the reference for their gradients.
 *
 * @param backend What computes the operations; by default plain JavaScript.
 * @returns The engine "tfjs". Its `compile` throws a RangeError for a network
 * or a plan that is not valid.
 * @example
 * ```ts ignore
 * const engine = await openTfjs();
 * const program = await engine.compile(network, plan);
 * ```
 */
export async function openTfjs(
  backend: TfjsBackend = cpuBackend,
): Promise<Engine> {
  await backend.activate();
  return {
    name: "tfjs",
    version: backend.version,
    instructionSet: backend.instructionSet,
    async compile(network: Network, plan: TrainingPlan): Promise<Program> {
      checkPlan(plan);
      checkPrecision({ name: "tfjs" }, plan.precision);
      await backend.activate();
      return new TfjsProgram(network, { plan, backend });
    },
  };
}
