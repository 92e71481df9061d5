/**
 * A process that multiplies square matrices with oneDNN's SGEMM on one thread:
 * the most that this processor does with the library's own best code.
 *
 * @module
 */

import { checkStatus } from "../../lib/engine/onednn/constants.ts";
import { openLibrary } from "../../lib/engine/onednn/library.ts";
import { libraryFile } from "../../lib/engine/onednn/places.ts";
import { serve } from "./serve.ts";

/** Sides of the matrices: small enough to take milliseconds, large enough to be at the peak. */
const SIDES = [384, 512, 768, 1024, 1536] as const;

let sgemm: ReturnType<typeof load> | undefined;

function load() {
  // Checks the version, and sets the number of threads before the library loads.
  openLibrary();
  return Deno.dlopen(libraryFile(), {
    dnnl_sgemm: {
      parameters: [
        ...(["i8", "i8", "i64", "i64", "i64", "f32"] as const),
        ...([
          "buffer",
          "i64",
          "buffer",
          "i64",
          "f32",
          "buffer",
          "i64",
        ] as const),
      ],
      result: "i32",
    },
  }).symbols.dnnl_sgemm;
}

const LARGEST = SIDES[SIDES.length - 1]!;
const values = () =>
  Float32Array.from({ length: LARGEST ** 2 }, (_, i) => (i % 17) / 16 - 0.5);
const [a, b, c] = [values(), values(), values()];
const PLAIN = "N".charCodeAt(0);

/** Milliseconds of one product of n x n matrices. */
function multiply(n: number): number {
  const side = BigInt(n);
  const start = performance.now();
  checkStatus(
    sgemm!(PLAIN, PLAIN, side, side, side, 1, a, side, b, side, 0, c, side),
    "multiply matrices",
  );
  return performance.now() - start;
}

/** GFLOP/s of the best of some repetitions at each side. */
function peakOf(
  aboutMs: number,
): { readonly gflops: number; readonly side: number } {
  let best = { gflops: 0, side: 0 };
  for (const side of SIDES) {
    const end = performance.now() + aboutMs / SIDES.length;
    do {
      const gflops = 2 * side ** 3 / multiply(side) / 1e6;
      if (gflops > best.gflops) best = { gflops, side };
    } while (performance.now() < end);
  }
  return best;
}

await serve({
  open() {
    sgemm = load();
    return peakOf(500);
  },
  peakRate: ({ aboutMs }: { readonly aboutMs: number }) => peakOf(aboutMs),
});
