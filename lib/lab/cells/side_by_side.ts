/**
 * Works on some at a time, in order. The first error ends it when those begun are
 * done.
 *
 * @param items What there is to do.
 * @param options How many at a time, and the work; `onError` is told of the first
 * error at once where others are under way, which may take hours yet.
 * @throws The first error.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  { atOnce, run, onError }: {
    readonly atOnce: number;
    readonly run: (item: Item) => Promise<void>;
    readonly onError: (error: unknown) => void;
  },
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  let underWay = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let item; (item = waiting.shift()) !== undefined;) {
      if (errors.length > 0) return;
      underWay++;
      try {
        await run(item);
      } catch (error) {
        if (errors.length === 0 && underWay > 1) onError(error);
        errors.push(error);
      } finally {
        underWay--;
      }
    }
  }));
  if (errors.length > 0) throw errors[0];
}
