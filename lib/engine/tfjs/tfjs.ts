import type { Network } from "../../network/mod.ts";
import type { Engine, Program, TrainingPlan } from "../engine.ts";
import { cpuBackend, type TfjsBackend } from "./backend.ts";
import { checkPlan } from "../checks.ts";
import { checkPrecision } from "../precision.ts";
import { TfjsProgram } from "./program.ts";

/**
 * Opens an engine on TensorFlow.js's operations, differentiated by its autodiff.
 * On the plain backend it is the reference: it shares nothing with the other
 * engines but the contract, and so is what their gradients are checked against.
 *
 * @param backend What computes the operations; by default plain JavaScript.
 * @returns The engine of the backend's name. Its `compile` throws a RangeError
 * for a network or a plan that is not valid.
 * @example
 * ```ts ignore
 * const engine = await openTfjs();
 * const program = await engine.compile(network, plan);
 * ```
 */
export function openTfjs(
  backend: TfjsBackend = cpuBackend,
): Promise<Engine> {
  const { engine: name, version, instructionSet } = backend;
  return Promise.try(() => {
    backend.activate();
    return {
      name,
      version,
      instructionSet,
      compile(network: Network, plan: TrainingPlan): Promise<Program> {
        return Promise.try(() => {
          checkPlan(plan);
          checkPrecision({ name }, plan.precision);
          return new TfjsProgram(network, { plan, backend });
        });
      },
    };
  });
}
