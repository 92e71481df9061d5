/**
 * The fast engine, where the system has oneDNN 2.x: a static list of its
 * primitives for each network and batch size, called through Deno's FFI.
 *
 * **Precision.** A plan of training in `bf16` differs from one in single
 * precision in the type of its maps: activations and their gradients are
 * bfloat16, the upper half of a float, in the same blocked layouts. It keeps a
 * float's range, so that no loss needs scaling, and eight bits of its digits.
 *
 * Where values change their type, all of it by oneDNN's reorders, which round to
 * nearest, ties to even:
 *
 * - images, once a step, at the entrance;
 * - weights, once a step for the forward pass and once for the input gradient,
 *   as these reorders lay them out anew anyway. The master weights are the floats
 *   that the optimiser updates: an update is far smaller than a bfloat16's last
 *   digit and would vanish in it;
 * - a map that becomes one pixel, before the pool that makes it so. Maps of one
 *   pixel are single precision: they are the vectors that linear layers, logits
 *   and loss work on, too few values to be worth rounding;
 * - dropout's input and output, around a product with factors in single precision.
 *
 * What stays in single precision: sums inside of convolutions; gradients of
 * weights, which the convolutions write as floats; batch norm's statistics, scale
 * and shift, and their gradients; linear layers, logits, loss and optimiser;
 * running statistics; and predictions. A network is what its weights compute: its
 * accuracy and its logits as a teacher do not depend on what it was trained in.
 *
 * **Predictions** compute a convolution, the batch norm, the sum and the ReLU behind
 * it as one (folded.ts), where no NaN can arise that this would hide. The bound of
 * the values that tells so multiplies from layer to layer: of networks as deep as
 * ResNet-34 with fresh weights it says nothing, and they are predicted layer by
 * layer, which takes longer.
 *
 * Each pass of a convolution takes the first of these ways that the library has a
 * kernel for (layers/conv_ways.ts), by shape and instruction set, never by a stopwatch:
 *
 * 1. Winograd in single precision for 3x3 of stride 1 from 128 channels and 8x8
 *    pixels on, with reorders around it: there it beats even bfloat16.
 * 2. Direct in bfloat16, if the kernel's name says that it uses the processor's
 *    own products (`avx512_core_bf16`, `amx`). oneDNN has others that take each
 *    number apart and compute in single precision: slow, never taken. A processor
 *    with neither is refused when a plan is compiled.
 * 3. What single precision takes, with reorders around it. So are maps narrower
 *    than the stride computed: for these the library's weight gradient multiplies
 *    the padding's zeros by memory that nobody wrote, and gives NaN by chance.
 *
 * Blocked layouts have no AMX kernels in oneDNN 2.x (these want channels last), so
 * that machines with AMX run the kernels of AVX512_BF16. Elementwise loops are
 * WebAssembly (narrow_kernels.ts): NaN passes them, and they round like the rest.
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
const PLAN = 4;

/**
 * Opens the system's oneDNN: one thread, no C.
 *
 * @throws {Error} If the library is missing or not 2.x.
 */
export async function openOnednn(): Promise<Engine> {
  const [
    { openLibrary },
    { libraryFile },
    { probeLibrary },
    { OnednnProgram },
  ] = await Promise.all([
    import("./library.ts"),
    import("./places.ts"),
    import("./probe.ts"),
    import("./program.ts"),
  ]);
  await probeLibrary(libraryFile());
  const library = openLibrary();
  const engine: Engine = {
    name: "onednn",
    version: `oneDNN ${library.version}, plan ${PLAN}`,
    instructionSet: `${Deno.build.arch}, ${library.instructionSet}`,
    obstacleTo: () =>
      library.multipliesBfloat16
        ? undefined
        : `oneDNN reports ${library.instructionSet} here, expected AVX-512 with BF16 or AMX (0xe7), without which it would emulate bfloat16`,
    channelBlock: library.block,
    // Errors reach the caller as rejections.
    // deno-lint-ignore require-await
    compile: async (network: Network, plan: TrainingPlan): Promise<Program> => {
      checkPrecision(engine, plan.precision);
      return OnednnProgram.compile(library, network, plan);
    },
  };
  return engine;
}
