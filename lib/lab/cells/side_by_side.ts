/** How often is asked whether more can be begun: workers of a queue join meanwhile. */
const ASK_MS = 10_000;

/**
 * Works on some at a time, in order. The first error ends it when those begun are
 * done.
 *
 * @param items What there is to do.
 * @param options How many at a time, >= 1, asked again as one ends and every `askMs`
 * milliseconds, default 10 s, and the work; `onError` is told of the first error at
 * once where others are under way, which may take hours yet.
 * @throws The first error.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  { atOnce, run, onError, askMs = ASK_MS }: {
    readonly atOnce: () => number;
    readonly run: (item: Item) => Promise<void>;
    readonly onError: (error: unknown) => void;
    readonly askMs?: number;
  },
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  async function work(item: Item): Promise<void> {
    try {
      await run(item);
    } catch (error) {
      if (errors.length === 0 && underWay.size > 1) onError(error);
      errors.push(error);
    }
  }
  function begin(): void {
    while (
      waiting.length > 0 && errors.length === 0 && underWay.size < atOnce()
    ) {
      const one = work(waiting.shift()!).finally(() => {
        underWay.delete(one);
        begin();
      });
      underWay.add(one);
    }
  }
  const asking = setInterval(begin, askMs);
  try {
    begin();
    while (underWay.size > 0) await Promise.race(underWay);
  } finally {
    clearInterval(asking);
  }
  if (errors.length > 0) throw errors[0];
}
