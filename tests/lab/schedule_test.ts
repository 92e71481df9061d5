import assert from "node:assert/strict";
import { dataSetFacts } from "../../lib/data/mod.ts";
import { schedule } from "../../lib/lab/cells/schedule.ts";
import type { KnownCell } from "../../lib/lab/cells/known_cell.ts";
import { completeConfig, type ForecastOptions } from "../../lib/lab/mod.ts";
import { buildNetwork } from "../../lib/network/mod.ts";
import { parseOptions } from "./_options.ts";

const FACTS = dataSetFacts("mnist");
const NETWORK = buildNetwork("lenet5", { input: FACTS.shape, classes: 10 });

/** A cell whose teacher is not there yet. */
function cellOf(options: Readonly<Record<string, unknown>>): KnownCell {
  const config = completeConfig(parseOptions(options));
  return {
    cell: {
      name: JSON.stringify(options),
      arm: "",
      seed: 1,
      isNamed: true,
      config,
    },
    subject: {
      config,
      facts: FACTS,
      network: NETWORK,
      foreseenTeacher: undefined,
      open: () => Promise.reject(new Error("Nobody opens it here")),
    },
  };
}

Deno.test("schedule() foresees a teacher once for all cells that share it, and its look at images once for those that see the same", () => {
  const cells = [
    {},
    { search: "random" },
    { student: { seed: 2 } },
    { teacher: { epochs: 7 } },
    { teacher: { epochs: 7 }, student: { seed: 2 } },
  ].map(cellOf);
  const asked: ForecastOptions[] = [];
  schedule({
    foresee(options) {
      asked.push(options);
      return [];
    },
  }, {
    calibration: {} as ForecastOptions["calibration"],
    workers: 2,
    cells,
  });
  assert.deepEqual(
    asked.map(({ taken, isShared }) => [taken, isShared]),
    [[false, false], [true, true], [true, false], [false, false], [
      true,
      false,
    ]],
  );
});
