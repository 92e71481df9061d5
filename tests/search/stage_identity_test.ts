/** Students that have one network and were made of different layers. */

import assert from "node:assert/strict";
import { networkId } from "../../lib/network/mod.ts";
import {
  type IterationRecord,
  ledgerOf,
  runStage,
  type StageOptions,
  type Student,
} from "../../lib/search/mod.ts";
import { parameterLayers } from "../../lib/training/mod.ts";
import {
  failedEvaluation,
  fakeEvaluation,
  memoryJournal,
  stageOptions,
} from "./_search.ts";
import { TWINS } from "./_twins.ts";

/** One action sequence a layer that is removed, of the convolutions alike. */
const WITHOUT = [2, 4].map((removed) =>
  TWINS.blocks.map((_, leaf) => leaf === removed ? 0 : 1)
);
const [FIRST, SECOND] = WITHOUT as [number[], number[]];

/** The network alone says nothing of where its layers come from. */
function identify({ network, origin }: Student): string {
  return JSON.stringify([
    networkId(network),
    parameterLayers(network, TWINS, origin),
  ]);
}

/** What an evaluation gives: by the layers that the student was made of. */
type Accuracies = Readonly<Record<string, number | undefined>>;

/** What can be replaced in {@link run}. */
interface Changes
  extends Partial<Pick<StageOptions, "journal" | "throwIfInterrupted">> {
  readonly accuracies?: Accuracies;
  readonly isToldApart?: boolean;
}

/** Runs a stage that proposes what it is told, iteration by iteration. */
async function run(
  proposals: readonly (readonly (readonly number[])[])[],
  { accuracies = {}, isToldApart = true, ...changes }: Changes = {},
) {
  const asked: Student[] = [];
  const result = await runStage({
    ...stageOptions({ base: TWINS }),
    strategy: {
      propose: (iteration) =>
        proposals[iteration]!.map((actions) => ({ actions })),
      learn: () => ({}),
      state: () => ({ json: {}, blobs: {} }),
      restore: () => {},
      dispose: () => {},
    },
    length: { iterations: proposals.length, rollouts: 1 },
    ...(isToldApart ? { identify } : {}),
    evaluate(student) {
      asked.push(student);
      const { network, origin } = student;
      const layers = parameterLayers(network, TWINS, origin).join();
      return Promise.resolve(
        layers in accuracies && accuracies[layers] === undefined
          ? failedEvaluation(network)
          : fakeEvaluation(network, accuracies[layers] ?? 0.5),
      );
    },
    ...changes,
  });
  return { ...result, asked };
}

/** Numbers of the layers with parameters that are left of {@link TWINS}. */
const [OF_FIRST, OF_SECOND] = ["0,2,3", "0,1,3"] as const;

function flagsOf(
  records: readonly IterationRecord[],
): readonly (boolean | undefined)[] {
  return records.flatMap(({ proposals }) =>
    proposals.map(({ repeated }) => repeated)
  );
}

Deno.test("runStage() trains students of one network apart where they are told apart, and the better one stands for it", async () => {
  for (
    const [better, worse] of [[OF_FIRST, OF_SECOND], [OF_SECOND, OF_FIRST]]
  ) {
    const { asked, records, trained, candidates } = await run(
      [[FIRST, SECOND], [SECOND, FIRST]],
      { accuracies: { [better!]: 0.8, [worse!]: 0.4 } },
    );
    const ids = asked.map(({ network }) => networkId(network));
    assert.equal(new Set(ids).size, 1, "the networks differ");
    assert.deepEqual(flagsOf(records), [false, false, true, true]);
    assert.equal(trained.length, 2);
    const { trained: count, studentEpochs } = ledgerOf(records, 1);
    assert.deepEqual([count, studentEpochs], [2, 4]);
    const [candidate, ...others] = candidates;
    assert.deepEqual(others, []);
    assert.equal(candidate!.accuracy, 0.8);
    const { network, origin } = candidate!;
    assert.equal(parameterLayers(network, TWINS, origin).join(), better);
  }
});

Deno.test("runStage() keeps the first of students of one network that are worth the same", async () => {
  for (const [first, second] of [[FIRST, SECOND], [SECOND, FIRST]]) {
    const { candidates } = await run([[first!], [second!]]);
    assert.equal(candidates.length, 1);
    const { network, origin, iteration } = candidates[0]!;
    assert.equal(iteration, 0);
    assert.equal(
      parameterLayers(network, TWINS, origin).join(),
      first === FIRST ? OF_FIRST : OF_SECOND,
    );
  }
});

Deno.test("runStage() lets a student stand for its network when the other one of it failed", async () => {
  const { candidates, trained } = await run([[FIRST], [SECOND]], {
    accuracies: { [OF_FIRST]: undefined, [OF_SECOND]: 0.1 },
  });
  assert.equal(trained.length, 2);
  assert.deepEqual(candidates.map(({ accuracy }) => accuracy), [0.1]);
});

Deno.test("runStage() takes students of one network for the same when nothing tells them apart", async () => {
  const { records, trained, candidates } = await run([[FIRST], [SECOND]], {
    isToldApart: false,
    accuracies: { [OF_FIRST]: 0.4, [OF_SECOND]: 0.8 },
  });
  assert.deepEqual(flagsOf(records), [false, true]);
  assert.equal(trained.length, 1);
  assert.deepEqual(candidates.map(({ accuracy }) => accuracy), [0.4]);
});

Deno.test("runStage() tells students apart alike when it is stopped before any iteration and continued", async () => {
  const proposals = [[FIRST], [FIRST, SECOND], [SECOND], [FIRST]];
  const accuracies = { [OF_FIRST]: 0.4, [OF_SECOND]: 0.8 };
  const { asked: _, ...unbroken } = await run(proposals, { accuracies });
  assert.deepEqual(
    flagsOf(unbroken.records),
    [false, true, false, true, true],
  );
  for (let stop = 0; stop < proposals.length; stop++) {
    const journal = memoryJournal();
    let begun = 0;
    const stopping = run(proposals, {
      accuracies,
      journal,
      throwIfInterrupted: () => {
        if (begun++ === stop) throw new Error("stop");
      },
    });
    await assert.rejects(stopping, { message: "stop" });
    const { asked: __, ...again } = await run(proposals, {
      accuracies,
      journal,
    });
    assert.equal(JSON.stringify(again), JSON.stringify(unbroken));
  }
});
