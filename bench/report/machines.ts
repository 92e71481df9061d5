import type { Bench } from "./format.ts";
import { loadTable } from "./queue.ts";

const BLOCK = /(<!-- load -->\n)[^]*?(<!-- \/load -->)/;

/**
 * The page on many machines with the load that was computed.
 *
 * @param page Text of docs/machines.md.
 * @param benches Measurements; the queue's of the first that has any count, without
 * these the page stays as it is.
 * @throws {TypeError} If the page has no place for it.
 */
export function fillMachines(
  page: string,
  benches: readonly Bench[],
): string {
  const queue = benches.find(({ queue }) => queue !== undefined)?.queue;
  if (!BLOCK.test(page)) {
    throw new TypeError(
      'Cannot write the load: docs/machines.md has no "<!-- load -->" with its end',
    );
  }
  if (queue === undefined) return page;
  return page.replace(
    BLOCK,
    (_, start: string, end: string) =>
      `${start}\n${loadTable(queue.simulation)}\n${end}`,
  );
}
