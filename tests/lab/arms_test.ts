import assert from "node:assert/strict";
import { command, experiment } from "../../experiments/rq1_compression.ts";
import { parseCommand } from "../../lib/cli/mod.ts";
import type { Cell } from "../../lib/lab/cells/cell.ts";
import { selectCells } from "../../lib/lab/cells/select.ts";
import { ARM_NAMES, strategyArms } from "../../lib/lab/compression/arms.ts";
import { GRAINS, STRATEGY_NAMES } from "../../lib/search/mod.ts";

/** The cells of a command line by their arm. */
function cellsOf(...flags: readonly string[]): ReadonlyMap<string, Cell> {
  // Of one subject, without rungs.
  const invocation = parseCommand(command, ["--profile", "smoke", ...flags]);
  const { declared } = selectCells(invocation, experiment.arms);
  return new Map(declared.map((cell) => [cell.arm, cell]));
}

Deno.test("strategyArms() names every strategy, in the space that is set and in each of its own, and the paper's policies", () => {
  assert.deepEqual(
    new Set(ARM_NAMES),
    new Set([
      ...STRATEGY_NAMES,
      ...STRATEGY_NAMES.flatMap((search) =>
        GRAINS.map((space) => `${search}-${space}`)
      ),
      "paper",
    ]),
  );
  assert.deepEqual(
    strategyArms("greedy", ["random-leaf", "evolution", "greedy-block"]),
    [
      { name: "greedy", options: { search: "greedy" } },
      { name: "random-leaf", options: { search: "random", space: "leaf" } },
      { name: "evolution", options: { search: "evolution" } },
      { name: "greedy-block", options: { search: "greedy", space: "block" } },
    ],
  );
});

Deno.test("strategyArms() has the strategy that is searched with first and once", () => {
  for (const search of STRATEGY_NAMES) {
    const others = ["random", "reinforce", "evolution"];
    const names = strategyArms(search, others).map(({ name }) => name);
    assert.deepEqual(names, [
      search,
      ...others.filter((name) => name !== search),
    ]);
    assert.deepEqual(
      strategyArms(search),
      [{ name: search, options: { search } }],
    );
  }
});

Deno.test("rq1 --compare takes every arm, and each differs in what its name says alone", () => {
  const cells = cellsOf("--compare", ARM_NAMES.join(), "--space", "unit");
  assert.deepEqual(new Set(cells.keys()), new Set(ARM_NAMES));
  const usual = cells.get("reinforce")!.config;
  for (const search of STRATEGY_NAMES) {
    const own = { ...usual, search };
    assert.deepEqual(cells.get(search)!.config, own);
    for (const space of GRAINS) {
      const { config } = cells.get(`${search}-${space}`)!;
      assert.deepEqual(config, { ...own, space });
    }
  }
});

Deno.test("the arm paper is the paper's policies with budget, students and finals like everybody's", () => {
  const flags = [
    ...["--compare", "paper", "--method", "best"],
    ...["--removal.iterations", "7", "--student.epochs", "3"],
    ...["--final.epochs", "11", "--finalists", "2"],
  ];
  const cells = cellsOf(...flags);
  const { config } = cells.get("paper")!;
  const usual = cells.get("reinforce")!.config;
  const { removal, shrinkage, ...rest } = config;
  assert.deepEqual(
    { ...rest, removal: usual.removal, shrinkage: usual.shrinkage },
    { ...usual, space: "leaf" },
  );
  assert.equal(usual.space, "block", "the case is void");
  const rates = { removal: 0.003, shrinkage: 0.01 };
  for (const kind of ["removal", "shrinkage"] as const) {
    const { iterations, rollouts, budget } = usual[kind];
    assert.deepEqual(
      [config[kind].iterations, config[kind].rollouts, config[kind].budget],
      [iterations, rollouts, budget],
    );
    assert.equal(config[kind].learningRate, rates[kind]);
    assert.equal(config[kind].features, "paper");
    assert.equal(config[kind].entropyWeight, 0);
    assert.equal(config[kind].baseline, "movingAverage");
    assert.equal(usual[kind].features, "rich");
  }
  assert.equal(removal.iterations, 7);
  assert.equal(shrinkage.iterations, 25);
});

Deno.test("rq1 --compare names the arms that there are when one is unknown", () => {
  assert.throws(
    () => cellsOf("--compare", "random-layer"),
    ({ message }) =>
      /random-layer/.test(message) && /random-leaf/.test(message),
  );
});
