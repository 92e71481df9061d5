import assert from "node:assert/strict";
import { type Network, networkId } from "../../lib/network/mod.ts";
import { createObjective } from "../../lib/reward/mod.ts";
import {
  type FinalOptions,
  finalsOf,
  type StartOf,
} from "../../lib/search/mod.ts";
import { candidatesOf } from "./_candidates.ts";
import { type Accuracies, fakeEvaluator, searchOptions } from "./_evaluator.ts";
import { BASE, failedEvaluation, fakeEvaluation, TEACHER } from "./_search.ts";

/** Five students, each smaller than the one before, best first. */
const CANDIDATES = candidatesOf([0.9, 0.7, 0.5, 0.3, 0.2]);
const IDS = CANDIDATES.map(({ networkId }) => networkId);

/** The accuracy of each candidate's final training; undefined where it fails. */
type Outcomes = readonly (number | undefined)[];

function finals(
  outcomes: Outcomes,
  finalists: number,
  changes: Partial<FinalOptions> = {},
) {
  const final: NonNullable<Accuracies["final"]> = (network) =>
    outcomes[IDS.indexOf(networkId(network))];
  const evaluator = fakeEvaluator({ final });
  const options = searchOptions({ evaluator, finalists, ...changes });
  return { evaluator, finals: finalsOf(options, CANDIDATES) };
}

/** R of the k-th candidate. */
function rewardOf(k: number, accuracy: number): number {
  const c = 1 - CANDIDATES[k]!.parameters / TEACHER.parameters;
  return accuracy / TEACHER.accuracy * c * (2 - c);
}

const idsOf = (networks: readonly { readonly network: Network }[]) =>
  networks.map(({ network }) => networkId(network));

Deno.test("finalsOf() has the finalist with the highest final reward win, and trains no other candidate", async () => {
  const { evaluator, finals: of } = finals([0.1, 0.5, 0.4, 0.9, 0.9], 3);
  assert.deepEqual(evaluator.asked, [], "nothing was asked for yet");
  const expected = [0.1, 0.5, 0.4].map((accuracy, k) => rewardOf(k, accuracy));
  const best = expected.indexOf(Math.max(...expected));
  assert(best > 0, "the case is void");
  const winner = await of.winner();
  assert.equal(winner!.networkId, IDS[best]);
  assert(Math.abs(winner!.final.reward - expected[best]!) < 1e-12);
  assert.deepEqual(winner!.request, of.requests()[best]);
  // What is known of the candidate stays.
  const { final: _, request: __, ...candidate } = winner!;
  assert.deepEqual(candidate, CANDIDATES[best]);
  assert.deepEqual(
    idsOf(evaluator.asked.map(({ request }) => request)),
    IDS.slice(0, 3),
  );
  assert.deepEqual(
    of.trained().map(({ networkId, evaluation }) => [networkId, evaluation]),
    [0.1, 0.5, 0.4].map((accuracy, k) => [
      IDS[k],
      fakeEvaluation(CANDIDATES[k]!.network, accuracy),
    ]),
  );
  assert.deepEqual(idsOf(of.requests()), IDS.slice(0, 3));
});

Deno.test("finalsOf() scores a failed finalist with -1, and the next best wins", async () => {
  const { finals: of } = finals([undefined, 0.5, 0.4], 3);
  const winner = await of.winner();
  assert(winner!.networkId === IDS[1] || winner!.networkId === IDS[2]);
  const [failed, ...others] = of.trained();
  assert.deepEqual(failed, {
    networkId: IDS[0],
    evaluation: failedEvaluation(CANDIDATES[0]!.network),
    reward: -1,
  });
  assert.equal(
    winner!.final.reward,
    Math.max(...others.map(({ reward }) => reward)),
  );
});

Deno.test("finalsOf() falls back on candidates behind, one by one, when every finalist fails", async () => {
  for (const finalists of [1, 2, 3]) {
    const outcomes: (number | undefined)[] = [0.5, 0.5, 0.5, 0.5, 0.5];
    // All finalists and the first behind them.
    for (let k = 0; k <= finalists; k++) outcomes[k] = undefined;
    const { evaluator, finals: of } = finals(outcomes, finalists);
    const winner = await of.winner();
    assert.equal(winner!.networkId, IDS[finalists + 1]);
    assert.equal(evaluator.asked.length, finalists + 2);
    assert.deepEqual(
      of.trained().map(({ reward }) => reward < 0),
      outcomes.slice(0, finalists + 2).map((each) => each === undefined),
    );
  }
});

Deno.test("finalsOf() has no winner and throws nothing when finalists and two fallbacks fail", async () => {
  for (const finalists of [1, 3, 5, 9]) {
    const { evaluator, finals: of } = finals([], finalists);
    assert.equal(await of.winner(), undefined);
    const tried = Math.min(finalists + 2, CANDIDATES.length);
    assert.equal(evaluator.asked.length, tried);
    assert.deepEqual(
      of.trained().map(({ reward }) => reward),
      new Array(tried).fill(-1),
    );
    // With several finalists there is nothing to go on with either.
    assert.equal(
      (await of.chosen())?.networkId,
      finalists === 1 ? IDS[0] : undefined,
    );
    assert.equal(evaluator.asked.length, tried, "it was all trained again");
  }
});

Deno.test("finalsOf() chooses a single finalist without training it, and trains it for its win", async () => {
  const { evaluator, finals: of } = finals([0.5], 1);
  assert.equal(await of.chosen(), CANDIDATES[0]);
  assert.deepEqual(evaluator.asked, []);
  assert.deepEqual(of.trained(), []);
  assert.deepEqual(of.requests(), []);
  assert.equal((await of.winner())!.networkId, IDS[0]);
  assert.equal(evaluator.asked.length, 1);
});

Deno.test("finalsOf() chooses a single finalist when it is trained to the end where its weights are needed", async () => {
  const { evaluator, finals: of } = finals([0.5], 1, { needsWeights: true });
  const chosen = await of.chosen();
  assert.equal(chosen, await of.winner());
  assert.equal(chosen!.networkId, IDS[0]);
  assert.deepEqual(
    evaluator.asked.map(({ options }) => options!.weights),
    [true],
  );
  // Who has no weights cannot hand any on.
  const failed = finals([undefined, 0.5], 1, { needsWeights: true }).finals;
  assert.equal((await failed.chosen())!.networkId, IDS[1]);
  const none = finals([], 1, { needsWeights: true }).finals;
  assert.equal(await none.chosen(), undefined);
});

Deno.test("finalsOf() has every training start where it is told, and says so in its requests", async () => {
  const start: StartOf = ({ network, origin }) => ({
    base: BASE,
    weights: networkId(network),
    layers: origin.leaves,
    importance: "foldedL1",
  });
  const { evaluator, finals: of } = finals([0.1, 0.5, 0.4], 3, { start });
  const winner = await of.winner();
  assert.deepEqual(
    evaluator.asked.map(({ request }) => request.start),
    CANDIDATES.slice(0, 3).map(start),
  );
  assert.deepEqual(
    of.requests(),
    evaluator.asked.map(({ request }) => request),
  );
  assert.deepEqual(winner!.request.start, start(winner!));
});

Deno.test("finalsOf() chooses the only candidate without training it, however many finalists there may be", async () => {
  const evaluator = fakeEvaluator();
  const of = finalsOf(
    searchOptions({ evaluator, finalists: 3 }),
    CANDIDATES.slice(0, 1),
  );
  assert.equal(await of.chosen(), CANDIDATES[0]);
  assert.deepEqual(evaluator.asked, []);
});

Deno.test("finalsOf() chooses the winner among several finalists, and trains them once", async () => {
  const { evaluator, finals: of } = finals([0.1, 0.9, 0.2], 3);
  const [chosen, winner] = await Promise.all([of.chosen(), of.winner()]);
  assert.equal(chosen, winner);
  assert.equal(await of.winner(), winner);
  assert.equal(evaluator.asked.length, 3);
});

Deno.test("finalsOf() has neither choice nor winner without candidates", async () => {
  const evaluator = fakeEvaluator();
  const of = finalsOf(searchOptions({ evaluator, finalists: 2 }), []);
  assert.equal(await of.chosen(), undefined);
  assert.equal(await of.winner(), undefined);
  assert.deepEqual(evaluator.asked, []);
});

Deno.test("finalsOf() takes soft limits as hard: a finalist that breaks one at last scores -1", async () => {
  const objective = createObjective({
    teacher: TEACHER,
    limits: { minAccuracy: 0.6 },
    mode: "soft",
    iterations: 1e6,
  });
  const { finals: of } = finals([0.59, 0.6, 0.59], 2, { objective });
  assert.equal((await of.winner())!.networkId, IDS[1]);
  assert.deepEqual(of.trained().map(({ reward }) => reward === -1), [
    true,
    false,
  ]);
  // Also one that returns: what is chosen at last keeps to it.
  const returning = finals([0.59, 0.6, 0.59], 2, {
    objective: createObjective({
      teacher: TEACHER,
      limits: { minAccuracy: 0.6 },
      mode: "soft",
      iterations: 15,
      returns: true,
    }),
  });
  assert.equal((await returning.finals.winner())!.networkId, IDS[1]);
});

Deno.test("finalsOf() rejects when a training does, and does not hide it behind a fallback", async () => {
  const error = new Error("a worker failed");
  const evaluator = fakeEvaluator();
  const of = finalsOf(
    searchOptions({
      finalists: 2,
      evaluator: { ...evaluator, evaluate: () => Promise.reject(error) },
    }),
    CANDIDATES,
  );
  await assert.rejects(of.winner(), error);
  await assert.rejects(of.chosen(), error);
});
