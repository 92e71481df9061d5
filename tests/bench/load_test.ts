import assert from "node:assert/strict";
import {
  foreignCores,
  isDisturbed,
  type LoadSample,
  machineSeconds,
  processTimes,
  treeSeconds,
} from "../../bench/load.ts";

Deno.test("machineSeconds() adds all busy time, stolen time too, but no idle or guest time", () => {
  // user nice system idle iowait irq softirq steal guest guest_nice
  const text =
    "cpu  100 20 30 5000 600 7 8 9 50 60\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
  assert.equal(machineSeconds(text), (100 + 20 + 30 + 7 + 8 + 9) / 100);
});

Deno.test("processTimes() reads parent and times when the name looks like fields", () => {
  const text =
    "42 (a) b (c 1 2) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 1 0 5";
  assert.deepEqual(processTimes(text), { parent: 7, seconds: 1.27 });
});

Deno.test("treeSeconds() counts a process and its descendants and nobody else", () => {
  const processes = new Map([
    [1, { parent: 0, seconds: 1000 }],
    [10, { parent: 1, seconds: 1 }],
    [11, { parent: 10, seconds: 2 }],
    // A child may have a smaller id than its parent.
    [5, { parent: 11, seconds: 4 }],
    [12, { parent: 1, seconds: 500 }],
  ]);
  assert.equal(treeSeconds(processes, 10), 7);
});

function samples(seconds: number, machine: number, own: number) {
  const before: LoadSample = { seconds: 100, machine: 1000, own: 50 };
  const after: LoadSample = {
    seconds: 100 + seconds,
    machine: 1000 + machine,
    own: 50 + own,
  };
  return [before, after] as const;
}

Deno.test("foreignCores() is what others used, never below 0", () => {
  assert.equal(foreignCores(...samples(2, 3, 2)), 0.5);
  assert.equal(foreignCores(...samples(2, 1.98, 2)), 0);
});

Deno.test("isDisturbed() allows 5 % of a core and what the counters are worth", () => {
  assert.equal(isDisturbed(...samples(2, 2 + 0.125, 2)), false);
  assert.equal(isDisturbed(...samples(2, 2 + 0.135, 2)), true);
  assert.equal(isDisturbed(...samples(0.1, 0.1 + 0.03, 0.1)), false);
  assert.equal(isDisturbed(...samples(0.1, 0.1 + 0.04, 0.1)), true);
});
