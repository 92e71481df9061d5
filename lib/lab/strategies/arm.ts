import type {
  SearchPlan,
  StageLength,
  StrategyName,
} from "../../search/mod.ts";
import type { CompressionConfig } from "../options/compression.ts";
import { searchPlanOf } from "../options/search_plan.ts";

/** A strategy that is compared: options over those of the profile. */
export interface StrategyArm {
  /** Its name in records, pages and figures; no two are the same. */
  readonly name: string;
  /** Who proposes. */
  readonly search: StrategyName;
  /**
   * Settings of its policy that are not the profile's; how long it searches is the
   * same for all.
   */
  readonly removal?: Readonly<
    Partial<Omit<CompressionConfig["removal"], keyof StageLength>>
  >;
}

/**
 * How an arm searches.
 *
 * @param config The profile's options.
 * @param arm The arm.
 * @param seed Seed of the search, >= 1.
 */
export function planOfArm(
  config: CompressionConfig,
  { search, removal }: StrategyArm,
  seed: number,
): SearchPlan {
  return searchPlanOf({
    ...config,
    search,
    removal: { ...config.removal, ...removal },
  }, { seed });
}
