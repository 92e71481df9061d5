import type { RewardForm } from "../../../reward/mod.ts";

/** The form of the reward that options ask for, where it is not the paper's. */
export function formOf(
  { reward: form }: { readonly reward?: RewardForm | undefined },
): { readonly form?: RewardForm } {
  return form === undefined ? {} : { form };
}
