import assert from "node:assert/strict";
import { parseCommand } from "../../lib/cli/mod.ts";
import {
  type ComparedContent,
  isSearchCell,
  loadPolicies,
  PROJECT_RESULTS,
  readProfile,
  selectCells,
} from "../../lib/lab/mod.ts";
import { command, experiment } from "../../experiments/rq1_compression.ts";

for (const profile of ["smoke", "laptop"]) {
  const place = { results: PROJECT_RESULTS, question: "rq1", profile };

  Deno.test(`committed records of rq1 ${profile} are of the options that the profile says`, async () => {
    const { declared } = selectCells(
      parseCommand(command, ["--profile", profile]),
      experiment.arms,
    );
    const { cells, lacking } = await readProfile<ComparedContent>(place);
    // What the table names as not run yet has no record, and all else has one.
    assert.ok(cells.length > 0);
    assert.deepEqual(
      lacking.filter(({ reason }) => reason !== "not run yet"),
      [],
    );
    const configs = new Map(declared.map(({ name, config }) => [name, config]));
    const missing = new Set(lacking.map(({ name }) => name));
    assert.deepEqual(
      cells.map(({ record }) => record.cell),
      [...configs.keys()].filter((name) => !missing.has(name)),
    );
    for (const { record: { cell, deterministic } } of cells) {
      assert.deepEqual(
        deterministic.identity.config,
        configs.get(cell!),
        cell!,
      );
    }
  });

  Deno.test(`committed policies of rq1 ${profile} are those of their records`, async () => {
    const { cells } = await readProfile<ComparedContent>(place);
    for (
      const { record: { cell, deterministic } } of cells.filter(isSearchCell)
    ) {
      for (const { kind, policy } of deterministic.stages) {
        const path = `${PROJECT_RESULTS}/rq1/${profile}/${cell}.${kind}.policy`;
        const { ids, states } = await loadPolicies([path], [kind]);
        assert.deepEqual(ids, [policy], path);
        const { features } = deterministic.identity.config[kind]!;
        assert.equal(states[kind]?.features, features, path);
      }
    }
  });
}
