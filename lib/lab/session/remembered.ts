import type { Evaluator, IterationRecord } from "../../search/mod.ts";

/**
 * Tells, iteration by iteration, whether all that was trained for one had been
 * remembered from before: then how long it took says nothing of those to come. One
 * whose proposals are all rejected, or repeat earlier ones, is as fast as it looks.
 *
 * @param evaluator Who is asked, with a bill of its own.
 */
export function rememberedIterations(
  { cost }: Pick<Evaluator, "cost">,
): (record: Pick<IterationRecord, "proposals">) => boolean {
  let { trained } = cost;
  return ({ proposals }) => {
    const before = trained;
    ({ trained } = cost);
    return trained === before &&
      proposals.some(({ epochs = 0 }) => epochs > 0);
  };
}
