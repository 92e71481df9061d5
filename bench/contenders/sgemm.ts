import { Child, ChildError } from "../child.ts";
import { denoChild } from "./ours.ts";

/** The machine's matrix product, in a process of its own. */
export interface Sgemm {
  /** GFLOP/s of one thread, the best of several sizes within about this time. */
  peakGflops(aboutMs: number): Promise<number>;
  /** Ends the process. */
  close(): Promise<void>;
}

const LIMIT_MS = 60_000;

/** Starts it; where there is no library, says why. */
export async function startSgemm(): Promise<
  { readonly sgemm?: Sgemm; readonly reason?: string }
> {
  const child = new Child(denoChild("sgemm.ts"));
  try {
    await child.ask({ command: "open" }, LIMIT_MS);
  } catch (error) {
    await child.close();
    if (!(error instanceof ChildError)) throw error;
    return { reason: error.message };
  }
  return {
    sgemm: {
      async peakGflops(aboutMs) {
        const { gflops } = await child.ask<{ readonly gflops: number }>(
          { command: "peakRate", aboutMs },
          LIMIT_MS,
        );
        return gflops;
      },
      close: () => child.close(),
    },
  };
}
