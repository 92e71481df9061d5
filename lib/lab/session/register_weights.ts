import { sha256Hex } from "../../random/mod.ts";
import type { Session } from "./session.ts";

/**
 * Makes trained weights known to the workers, for trainings that start from them.
 *
 * @param session What trains.
 * @returns What takes a safetensors file, and gives its id.
 */
export function registerWeights(
  { executor }: Pick<Session, "executor">,
): (weights: Uint8Array) => string {
  return (weights) => {
    const id = sha256Hex(weights);
    executor.registerWeights(id, weights);
    return id;
  };
}
