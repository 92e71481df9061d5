/**
 * What somebody who looks on sees of the searches within a cell.
 *
 * @module
 */

import assert from "node:assert/strict";
import { openResults } from "../../lib/view/mod.ts";

/** A search within a cell. */
export interface SeenSearch {
  readonly name: string;
  readonly arm: string | undefined;
  readonly seed: number | undefined;
  readonly state: string;
  /** Of each stage, how many students were proposed in each iteration. */
  readonly proposed: readonly (readonly number[])[];
}

/**
 * The searches within the cells of a results folder, by name. Every trained student
 * of theirs is opened: its training must be found in the store.
 *
 * @param results The folder.
 */
export async function seenSearches(
  results: string,
): Promise<readonly SeenSearch[]> {
  const opened = openResults(results, { nowMs: () => 0 });
  try {
    const summaries = await opened.summaries();
    // Each cell once, its record being of the run in the store, its searches below.
    const cells = summaries.filter(({ search }) => search === undefined);
    assert.equal(new Set(cells.map(({ cell }) => cell)).size, cells.length);
    for (const [at, { id, search }] of summaries.entries()) {
      if (search === undefined) continue;
      const above = summaries.slice(0, at).findLast((each) =>
        each.search === undefined
      );
      assert.equal(id, `${above?.id}/${search}`);
    }
    return summaries.filter(({ id }) => id.split("/").length === 4).map(
      ({ id, arm, seed, state }) => {
        const { stages } = opened.course(id)!;
        stages.forEach(({ students: { kind, accuracy } }, stage) =>
          kind.forEach((each, student) => {
            if (each === "rejected") return;
            const view = opened.student(id, { stage, student })!;
            const [search] = view.trainings;
            assert.equal(search?.accuracy, accuracy[student], id);
            assert(view.shared.some(({ run }) => run === id));
          })
        );
        return {
          name: id.split("/")[3]!,
          ...{ arm, seed, state },
          proposed: stages.map(({ students, iterations }) =>
            iterations.map((_, at) =>
              students.iteration.filter((each) => each === at).length
            )
          ),
        };
      },
    ).toSorted((a, b) => a.name < b.name ? -1 : 1);
  } finally {
    opened.close();
  }
}
