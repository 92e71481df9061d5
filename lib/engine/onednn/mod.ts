/**
 * The fast engine, where the system has oneDNN 2.x: a static list of its
 * primitives for each network and batch size, called through Deno's FFI.
 *
 * @module
 */

import type { Network } from "../../network/mod.ts";
import type { Engine, Program, TrainingPlan } from "../engine.ts";
import { checkPrecision } from "../precision.ts";

/**
 * Version of the plans that this folder makes. Raise it with every change that
 * can change a bit of a result: stored results are kept apart by it.
 */
const PLAN = 2;

/**
 * Opens the system's oneDNN: one thread, no C.
 *
 * @throws {Error} If the library is missing or not 2.x.
 */
export async function openOnednn(): Promise<Engine> {
  const [{ openLibrary }, { OnednnProgram }] = await Promise.all([
    import("./library.ts"),
    import("./program.ts"),
  ]);
  const library = openLibrary();
  const engine: Engine = {
    name: "onednn",
    version: `oneDNN ${library.version}, plan ${PLAN}`,
    instructionSet: `${Deno.build.arch}, ${library.instructionSet}`,
    obstacleTo: () =>
      library.multipliesBfloat16
        ? undefined
        : `oneDNN reports ${library.instructionSet} here, expected AVX-512 with BF16 or AMX (0xe7), without which it would emulate bfloat16`,
    // Errors reach the caller as rejections.
    // deno-lint-ignore require-await
    compile: async (network: Network, plan: TrainingPlan): Promise<Program> => {
      checkPrecision(engine, plan.precision);
      return OnednnProgram.compile(library, network, plan);
    },
  };
  return engine;
}
