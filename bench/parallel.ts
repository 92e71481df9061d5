/**
 * Does some things at once, each item's result in its place.
 *
 * @param items What to do it for.
 * @param most How many at once, >= 1.
 * @param work What to do; its first error ends all, after those under way.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  async function worker(): Promise<void> {
    for (const [index, item] of queue) results[index] = await work(item);
  }
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
