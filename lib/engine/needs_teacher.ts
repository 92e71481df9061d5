import type { Loss } from "./engine.ts";

/** Whether a loss reads the teacher's logits. */
export function needsTeacher({ logitMse, kl }: Loss): boolean {
  return logitMse !== 0 || kl !== undefined;
}
