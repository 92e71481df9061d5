import assert from "node:assert/strict";
import type { LoadSample } from "../../bench/load.ts";
import { type Player, playRounds } from "../../bench/rounds.ts";

/** Players that take turns of a second; `others` says what others used in turn n. */
function game(names: string, others: (turn: number) => number) {
  const turns: string[] = [];
  let now: LoadSample = { seconds: 0, machine: 0, own: 0 };
  const players = [...names].map((id): Player<number> => ({
    id,
    turn() {
      const foreign = others(turns.push(id) - 1);
      now = {
        seconds: now.seconds + 1,
        machine: now.machine + 1 + foreign,
        own: now.own + 1,
      };
      return Promise.resolve(turns.length);
    },
  }));
  return { turns, players, watch: () => now };
}

Deno.test("playRounds() lets everybody begin in turn", async () => {
  const { turns, players, watch } = game("abc", () => 0);
  const outcome = await playRounds(players, { rounds: 3, repeats: 4, watch });
  assert.equal(turns.join(""), "abcbcacab");
  assert.deepEqual(outcome, {
    values: { a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] },
    watched: true,
    dropped: 0,
    disturbed: 0,
  });
});

Deno.test("playRounds() drops and repeats a turn when others use the processor", async () => {
  const busy = new Set([1, 2]);
  const { turns, players, watch } = game("ab", (n) => busy.has(n) ? 0.5 : 0);
  const outcome = await playRounds(players, { rounds: 1, repeats: 4, watch });
  assert.equal(turns.join(""), "abbb");
  assert.deepEqual(outcome.values, { a: [1], b: [4] });
  assert.equal(outcome.dropped, 2);
  assert.equal(outcome.disturbed, 0);
});

Deno.test("playRounds() takes the quietest turn when all repeats are disturbed", async () => {
  const loads = [0.9, 0.4, 0.2, 0.7, 0.8];
  const { turns, players, watch } = game("a", (n) => loads[n]!);
  const outcome = await playRounds(players, { rounds: 1, repeats: 4, watch });
  assert.equal(turns.length, 5);
  assert.deepEqual(outcome, {
    values: { a: [3] },
    watched: true,
    dropped: 4,
    disturbed: 1,
  });
});

Deno.test("playRounds() drops nothing and says so when load is not watched", async () => {
  const { players } = game("a", () => 1);
  const outcome = await playRounds(players, {
    rounds: 2,
    repeats: 4,
    watch: undefined,
  });
  assert.deepEqual(outcome, {
    values: { a: [1, 2] },
    watched: false,
    dropped: 0,
    disturbed: 0,
  });
});

Deno.test("playRounds() keeps a disturbed turn when none is to be repeated", async () => {
  const { turns, players, watch } = game("a", () => 1);
  const options = { rounds: 2, repeats: 0, watch };
  const { dropped, disturbed } = await playRounds(players, options);
  assert.deepEqual([turns.length, dropped, disturbed], [2, 0, 2]);
});
